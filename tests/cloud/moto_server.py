"""moto's server, which knows what is kept when a stack goes, but not yet what is kept unless making the stack failed."""

from moto.cloudformation.parsing import ResourceMap
from moto.server import main


def deleted(resources, delete=ResourceMap.delete):
    for one in resources._resource_json_map.values():
        if one.get("DeletionPolicy") == "RetainExceptOnCreate":
            one["DeletionPolicy"] = "Retain"
    delete(resources)


if __name__ == "__main__":
    ResourceMap.delete = deleted
    main()
