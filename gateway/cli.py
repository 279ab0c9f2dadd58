"""The command line: `up` runs the whole product; the rest are its steps, for operators."""

import asyncio
import gc
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from pydantic import ValidationError

from console.login.service import register_agent
from gateway import prepare as preparation
from gateway import staff_cli
from gateway.migrate import migrate as migrate_database
from gateway.seed import seed_demo
from gateway.supervise import run_product
from handoff.models import Role
from kit.database import Database
from kit.errors import AppError
from kit.log import configure_logging
from kit.settings import Settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they print local variables, which may be a customer's words
    help="Carehouse, the care desk.",
)


evaluation = typer.Typer(no_args_is_help=True, help="Measure the bot.")
app.add_typer(evaluation, name="evaluate")
content = typer.Typer(no_args_is_help=True, help="Import and export the knowledge base.")
app.add_typer(content, name="kb")
app.add_typer(staff_cli.app, name="staff")


@app.command()
def up() -> None:
    """Set up what is missing, run engine and app, print where to click. Ctrl-C stops everything."""
    raise typer.Exit(asyncio.run(run_product(Settings())))


@app.command()
def prepare() -> None:
    """Export the encoder and train the model, unless that is done already."""
    settings = Settings()
    preparation.export_encoder(settings)
    preparation.train_model(settings)


@app.command()
def serve() -> None:
    """Run one app process. DATABASE_URL, ENGINE_SECRET and ACTIONS_SECRET must be set."""
    from gateway.app import build_app  # noqa: PLC0415  the other commands do without the app

    settings = Settings()
    configure_logging(settings.log_level, as_json=settings.log_json)
    preparation.require_serving_settings(settings)
    built = build_app(settings)
    gc.collect()
    gc.freeze()  # what lives as long as the process need not be looked at again and again
    uvicorn.run(
        built,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
        proxy_headers=False,
    )


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    migrate_database(Settings().database_url.get_secret_value())


@app.command()
def seed() -> None:
    """Load starter articles and, with DEMO=1, the demo company's customers and logins."""
    for login, password, role in asyncio.run(seed_demo(Settings())):
        typer.echo(f"{login} / {password} ({role})")


@app.command()
def add_agent(
    login: str,
    name: Annotated[str, typer.Option(help="Name that colleagues and customers see.")],
    role: Annotated[Role, typer.Option(help="What the employee may do.")] = Role.AGENT,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)
    ] = "",
) -> None:
    """Add an employee who can log in to the desk; asks for the password."""
    asyncio.run(_add_agent(Settings(), login, name, role, password))
    typer.echo(f"{login} can log in now.")


@app.command()
def chat(
    url: Annotated[
        str, typer.Option(help="Where the product runs; empty: as the settings say.")
    ] = "",
) -> None:
    """Talk to the running product in the terminal. A number presses a button; Ctrl-D ends."""
    from gateway.terminal_chat import TerminalChat  # noqa: PLC0415  as above

    talk = TerminalChat(url or Settings().base_url, show=typer.echo)
    talk.open()
    for line in sys.stdin if not sys.stdin.isatty() else _typed_lines():
        if line.strip():
            talk.say(line.strip())


@app.command()
def channels() -> None:
    """Print what every channel can show, as the table in docs/channels.md."""
    from gateway.channels import KINDS  # noqa: PLC0415  as above
    from gateway.limits_table import describe_limits  # noqa: PLC0415  as above

    typer.echo(describe_limits(KINDS))


@app.command()
def parse(
    file: Annotated[Path | None, typer.Option(exists=True, help="One message a line.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print what each line means: intent, how sure, language, mood, entities. Reads the terminal
    or a pipe when no file is given."""
    from gateway.understanding import read_lines  # noqa: PLC0415  as above

    given = file.read_text(encoding="utf-8").splitlines() if file else sys.stdin.read().splitlines()
    lines = [line.strip() for line in given if line.strip()]
    for reading in read_lines(Settings(), lines) if lines else ():
        typer.echo(json.dumps(reading.as_dict()) if as_json else reading.as_line())


@evaluation.command("nlu")
def evaluate_nlu(
    data: Annotated[Path, typer.Option(exists=True, help="CSV or YAML file, or a folder of them.")],
    report: Annotated[Path, typer.Option(help="Page with the plots.")] = Path("var/nlu.html"),
    model: Annotated[str, typer.Option(help="A model in bot/models; empty: the one in use.")] = "",
) -> None:
    """Score the understanding of labelled messages; print figures, write a page with plots."""
    from gateway.understanding import evaluate  # noqa: PLC0415  as above
    from insights.understanding.scoring import figures_of  # noqa: PLC0415  as above

    scores = evaluate(Settings(), data, report, model=model or None)
    for name, value in figures_of(scores):
        typer.echo(f"{name:36} {value}")
    for each in scores.confusions[:10]:
        typer.echo(f"  {each.count:3} x {each.meant} understood as {each.understood}")
    typer.echo(f"Plots and all confusions: {report}")


@content.command("import")
def import_content(
    places: Annotated[list[str], typer.Argument(help="Files, folders, ZIPs, sitemaps, pages.")],
    owner: Annotated[str, typer.Option(help="Who looks after new articles.")] = "Content team",
    publish: Annotated[bool, typer.Option(help="Publish at once, changes too.")] = False,
    preview: Annotated[bool, typer.Option(help="Only say what would happen.")] = False,
) -> None:
    """Import Markdown, HTML, DOCX, PDF, CSV, ZIPs of them, our exports, or a site's sitemap."""
    from gateway.content_transfer import import_places  # noqa: PLC0415  as above
    from knowledge_base.importers.applying import Outcome  # noqa: PLC0415  as above
    from knowledge_base.importers.running import Progress  # noqa: PLC0415  as above

    def show(progress: Progress) -> None:
        entry, of = progress.entry, f"/{progress.expected}" if progress.expected else ""
        outcome = f"{entry.outcome.value}{', published' if entry.published else ''}"
        said = entry.reason or entry.slug
        typer.echo(f"{progress.done}{of} {outcome:18} {entry.name}{': ' + said if said else ''}")

    importing = import_places(
        Settings(), places, owner=owner, publish=publish, preview=preview, on_progress=show
    )
    report = asyncio.run(importing)
    typer.echo(report.headline)
    if report.entries and report.count(Outcome.REFUSED) == len(report.entries):
        raise typer.Exit(1)


@content.command("export")
def export_content(
    file: Annotated[Path, typer.Argument(help="The ZIP file to write.")],
) -> None:
    """Write every article with all its versions, pictures and synonyms into one ZIP."""
    from gateway.content_transfer import export_to  # noqa: PLC0415  as above

    articles = asyncio.run(export_to(Settings(), file))
    typer.echo(f"{articles} articles are in {file}.")


@evaluation.command("kb")
def evaluate_kb(
    corpus: Annotated[Path, typer.Option(exists=True, help="Articles as BEIR's corpus.jsonl.")],
    queries: Annotated[Path, typer.Option(exists=True, help="Questions as queries.jsonl.")],
    qrels: Annotated[Path, typer.Option(exists=True, help="Which article answers which, TSV.")],
) -> None:
    """Measure search and refusal on a test collection, in a throw-away database."""
    from gateway.searching import evaluate  # noqa: PLC0415  as above

    for name, value in evaluate(Settings(), corpus, queries, qrels).rows():
        typer.echo(f"{name:20} {'-' if value is None else value}")


def _typed_lines() -> Iterator[str]:
    while True:
        try:
            yield input("you: ")
        except (EOFError, KeyboardInterrupt):
            typer.echo("")
            return


async def _add_agent(settings: Settings, login: str, name: str, role: Role, password: str) -> None:
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    try:
        async with database.session() as session:
            await register_agent(
                session, login=login, display_name=name, role=role, password=password
            )
            await session.commit()
    finally:
        await database.close()


def main() -> None:
    """Run a command; an error of ours is one clear sentence and exit code 1."""
    _say_one_sentence(app)


def _say_one_sentence(run: Callable[[], None]) -> None:
    try:
        run()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        sys.exit(f"The setting {name} cannot be used: {first['msg']}.")
    except AppError as error:
        sys.exit(error.message)
