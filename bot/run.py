"""Runs the dialogue engine on 127.0.0.1 with exactly the pinned model. `make up` starts it.

Its whole configuration is the environment: see REQUIRED. Rasa's own HTTP API stays off: the
gateway's channel is the only door.
"""

# ruff: noqa: T201, PLC0415  it speaks to a terminal, and imports once the process is prepared

import logging
import os
import sys
from pathlib import Path

BOT = Path(__file__).resolve().parent
REQUIRED = {
    "ENGINE_PORT": "port to listen on",
    "ENGINE_SECRET": "bearer secret the gateway sends, 16 characters or more",
    "ENGINE_MODEL": "file name in bot/models, as bot/train.py prints it",
    "ENGINE_TRACKER_URL": "PostgreSQL for the trackers",
    "ACTIONS_URL": "the app's action webhook",
    "ACTIONS_SECRET": "bearer secret of that webhook",
}
LARGEST_BODY = 64 * 1024


def main() -> int:
    problem = find_problem()
    if problem:
        print(problem, file=sys.stderr)
        return 1
    prepare_process()
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    serve_application(
        str(model_path()),
        interface="127.0.0.1",
        port=int(os.environ["ENGINE_PORT"]),
        credentials=str(BOT / "credentials.yml"),
        endpoints=AvailableEndpoints.read_endpoints(str(BOT / "endpoints.yml")),
        enable_api=False,
    )
    return 0


def find_problem() -> str | None:
    """Return one sentence about what is missing, or None."""
    for name, meaning in REQUIRED.items():
        if not os.environ.get(name):
            return f"The engine needs {name} in its environment: {meaning}."
    if len(os.environ["ENGINE_SECRET"]) < 16:
        return "ENGINE_SECRET must have 16 characters or more."
    if not os.environ["ENGINE_PORT"].isdigit():
        return "ENGINE_PORT must be a number."
    if Path(os.environ["ENGINE_MODEL"]).name != os.environ["ENGINE_MODEL"]:
        return "ENGINE_MODEL must be a file name without a folder."
    if not model_path().is_file():
        return f"There is no model {os.environ['ENGINE_MODEL']} in bot/models: run bot/train.py."
    return None


def model_path() -> Path:
    return BOT / "models" / os.environ["ENGINE_MODEL"]


def prepare_process() -> None:
    """Set what Rasa and its libraries read from the environment when they are imported."""
    sys.path.insert(0, str(BOT))
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["SANIC_ACCESS_LOG"] = "false"
    os.environ["SANIC_GRACEFUL_SHUTDOWN_TIMEOUT"] = "3"  # a turn cut short is simply repeated
    os.environ["SANIC_REQUEST_MAX_SIZE"] = str(LARGEST_BODY)
    os.environ.setdefault("POSTGRESQL_SCHEMA", "engine")
    from addons.quiet_logs import configure
    from addons.without_tensorflow import stand_in_for_tensorflow

    configure(logging.INFO)
    stand_in_for_tensorflow()


if __name__ == "__main__":
    raise SystemExit(main())
