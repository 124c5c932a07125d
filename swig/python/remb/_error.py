class Error(RuntimeError):
    """A call of libremb failed, and nothing has changed. `status` is one of ERR_*."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)  # both, for pickle
        self.status = status

    def __str__(self) -> str:
        return str(self.args[1])


Error.__module__ = "remb"
