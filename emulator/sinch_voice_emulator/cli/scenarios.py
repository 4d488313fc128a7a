"""``scenarios``: the files that come with the emulator."""

from __future__ import annotations

import json

import click

from sinch_voice_emulator.cli import COMMANDS


@click.group("scenarios", help=COMMANDS["scenarios"][1])
def command() -> None:
    """Look at them, and copy them."""


@command.command("list", help="Name, what it teaches, and tags, a line each.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only those with this tag. Repeatable: any of them.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with variables and the path of each file.")
def listing(tags: tuple[str, ...], as_json: bool) -> None:
    """Print them."""
    from sinch_voice_emulator.scenario import catalogue, choosing

    found, _ = catalogue.listed()
    wanted = choosing.tagged([one.scenario for one in found], tags)
    shown = [one for one in found if one.scenario in wanted]
    if as_json:
        click.echo(json.dumps([one.summary() | {"file": str(one.path)} for one in shown], indent=2, ensure_ascii=False))
        return
    width = max((len(one.name) for one in shown), default=0)
    for one in shown:
        tagged = f" [{', '.join(one.scenario.tags)}]" if one.scenario.tags else ""
        click.echo(f"{one.name:{width}}  {one.scenario.teaches or one.scenario.name}{tagged}")


@command.command("show", help="Print a scenario.")
@click.argument("name")
def show(name: str) -> None:
    """Print it as it stands in its file."""
    from sinch_voice_emulator.scenario import library

    click.echo(library.find(name).read_text(encoding="utf-8"), nl=False)


@command.command("schema", help="Print the JSON Schema of scenario files, for editors.")
def schema() -> None:
    """Print it as it is shipped."""
    from sinch_voice_emulator.scenario import forms

    click.echo(json.dumps(forms.schema(), indent=2, ensure_ascii=False))


@command.command("copy", help="Copy scenarios into a folder, to change them; parts that they include are copied with them.")
@click.argument("names", nargs=-1, metavar="NAME...")
@click.argument("folder", metavar="DIR")
@click.option("--all", "every", is_flag=True, help="All of them.")
@click.option("--force", is_flag=True, help="Write over files that are there already.")
def copy(names: tuple[str, ...], folder: str, every: bool, force: bool) -> None:
    """Copy them, and say what was written."""
    from sinch_voice_emulator.scenario import library

    if bool(names) == every:
        raise click.UsageError("say which scenarios, and the folder: copy NAME... DIR; or all of them: copy --all DIR")
    for path in library.copy(names, folder, overwrite=force):
        click.echo(path)
