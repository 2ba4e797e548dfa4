"""The workspace: versions of tables, transactions, the runner, and the engines' connections."""

from karvan.workspace.folder import Workspace, new_connection
from karvan.workspace.manifest import Commit, Run, TableVersion
from karvan.workspace.runner import Progress, Step, quiet, run_step
from karvan.workspace.transaction import Transaction

__all__ = ["Commit", "Progress", "Run", "Step", "TableVersion", "Transaction", "Workspace", "new_connection", "quiet", "run_step"]
