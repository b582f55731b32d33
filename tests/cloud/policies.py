"""IAM: the template's own policies with their values filled in, and an evaluator to ask about them.

The evaluator is @cloud-copilot/iam-simulate, which knows condition operators, policy variables and, from
AWS's service authorization reference, which resources and condition keys each action has.
"""

import ast
import json
import pathlib
import subprocess

import cfnlint.decode
from deployment import ACCOUNT, REGION, STACK, TEMPLATE, TOOLS


class Evaluator:
    """Answers whether a request is allowed. Use it as a context manager."""

    def __enter__(self):
        self.process = subprocess.Popen(
            ["node", pathlib.Path(__file__).parent / "iam" / "evaluate.mjs", TOOLS / "iam"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def allows(self, action, resource, identity=(), context=None, **more):
        """Whether the policies in `identity` (and `resourcePolicy`, `endpoint`) allow a request.

        Raises ValueError for policies and requests that are not valid, and for context keys that AWS
        would not send with this action on this resource: they would prove nothing.
        """
        request = {
            "principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/a-role/a-session",
            "account": ACCOUNT,
            "action": action,
            "resource": resource,
            "context": context or {},
            "identity": [{"name": str(number), "policy": policy} for number, policy in enumerate(identity)],
            **more,
        }
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer or answer["ignored"]:
            raise ValueError(f"{action} on {resource}: {answer}")
        return answer["result"] == "Allowed"


def of_role(account, role):
    """The inline policies of a deployed role."""
    iam = account.client("iam")
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    return [document(one) for one in documents]


def document(policy):
    """A policy as moto gives it: an object, JSON, or what Python prints of an object."""
    if not isinstance(policy, str):
        return policy
    try:
        return json.loads(policy)
    except json.JSONDecodeError:
        return ast.literal_eval(policy)


def of_resource(logical, names):
    """A resource policy of the template. `names` has the values of references, such as `Queue.Arn`."""
    template, _ = cfnlint.decode.decode(str(TEMPLATE))
    policy = template["Resources"][logical]["Properties"]["PolicyDocument"]
    pseudo = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::StackName": STACK, "AWS::Partition": "aws"}
    return resolve(json.loads(json.dumps(policy)), {**pseudo, **names})


def resolve(value, names):
    """Fills in Ref, GetAtt and Sub; takes the first branch of every If."""
    if isinstance(value, list):
        return [resolve(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Ref": name}:
            return names[name]
        case {"Fn::GetAtt": [name, attribute]}:
            return names[f"{name}.{attribute}"]
        case {"Fn::If": [_, value, _]}:
            return resolve(value, names)
        case {"Fn::Sub": text}:
            for name, given in names.items():
                text = text.replace(f"${{{name}}}", given)
            return text
    return {key: resolve(one, names) for key, one in value.items()}
