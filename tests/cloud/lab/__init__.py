"""A laboratory for the cloud side, in one process: a simulated AWS, the real function, played instances."""

from .aws import ACCOUNT, REGION, Aws
from .function import Function, Invocation
from . import security_hub  # noqa: F401  (moto's is replaced)
from .lab import Lab
from .ledger import LedgerLab
from .slack import Slack

__all__ = ["ACCOUNT", "REGION", "Aws", "Function", "Invocation", "Lab", "LedgerLab", "Slack"]
