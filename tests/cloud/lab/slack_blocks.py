"""Blocks as Slack checks them (https://docs.slack.dev/reference/block-kit): the few kinds that the lab knows, with
the words of the real one.

As reported in https://github.com/slackapi/python-slack-sdk/issues/1756 a `markdown` block beside a file is an
`internal_error`.
"""

import json

MOST = 50
LONGEST = 3000
TEXT_MEMBERS = {"mrkdwn": {"type", "text", "verbatim"}, "plain_text": {"type", "text", "emoji"}}
MEMBERS = {"section": {"type", "text", "block_id", "expand"}, "divider": {"type", "block_id"}}


class WrongBlocks(Exception):
    """`error`, and what `response_metadata.messages` says of it."""

    def __init__(self, error, messages=()):
        self.error, self.messages = error, [f"[ERROR] {message}" for message in messages]


def read(given):
    """The texts of blocks, a list or JSON: `[(text, kind, verbatim)]`."""
    try:
        blocks = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise WrongBlocks("invalid_blocks_format") from None
    if not isinstance(blocks, list) or not all(isinstance(one, dict) for one in blocks):
        raise WrongBlocks("invalid_blocks_format")
    if len(blocks) > MOST:
        raise WrongBlocks("invalid_blocks", [f"no more than {MOST} items allowed [json-pointer:/blocks]"])
    wrong, texts = [], []
    for number, block in enumerate(blocks):
        at = f"/blocks/{number}"
        if block.get("type") == "markdown":
            raise WrongBlocks("internal_error")
        if block.get("type") not in MEMBERS:
            wrong.append(f"unsupported type: {block.get('type')} [json-pointer:{at}/type]")
            continue
        wrong += unknown(block, MEMBERS[block["type"]], at)
        if block["type"] == "section":
            wrong += of_text(block.get("text"), f"{at}/text")
            texts.append(block.get("text"))
    if wrong:
        raise WrongBlocks("invalid_blocks", wrong)
    return [(one["text"], one["type"], one.get("verbatim", False)) for one in texts]


def unknown(given, members, at):
    return [f"invalid additional property: {name} [json-pointer:{at}]" for name in given if name not in members]


def of_text(text, at):
    """What is wrong with a text object."""
    if not isinstance(text, dict) or text.get("type") not in TEXT_MEMBERS:
        return [f"failed to match all allowed schemas [json-pointer:{at}]"]
    said = text.get("text")
    if not isinstance(said, str):
        return [f"missing required field: text [json-pointer:{at}]"]
    if not said:
        return [f"must be more than 0 characters [json-pointer:{at}/text]"]
    if len(said) > LONGEST:
        return [
            f"failed to match all allowed schemas [json-pointer:{at}]",
            f"must be less than {LONGEST + 1} characters [json-pointer:{at}/text]",
        ]
    return unknown(text, TEXT_MEMBERS[text["type"]], at)
