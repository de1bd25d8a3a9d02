"""`cuecard keys`: keeps, lists, tests and deletes the keys of providers in the system's key store.

This process never holds a key: each command has another process do it, which asks for the key itself.
"""

from __future__ import annotations

import os
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bus.failures import MachineFailure, ProviderFailure, UsageFailure
from llm.keys import keychain
from llm.keys.keychain import WHY, Outcome
from llm.keys.provider_keys import key_name, may_be_stored, variable_with_key
from llm.providers import OWN_KEY_VARIABLE, Provider
from llm.settings import LlmSettings
from session import settings as all_settings
from session.keys import named_one, places, with_keys

keys = typer.Typer(no_args_is_help=True, help="Keep, list, test and delete the keys of providers.")

Who = Annotated[
    str, typer.Argument(metavar="PROVIDER", help="openai, groq, xai, …, or the address of an API.")
]


@keys.command("set")
def set_key(provider: Who) -> None:
    """Keep a key in the system's key store. It is typed unseen, or read from a pipe; it is no argument.

    \b
    Examples:
      cuecard keys set openai
      pass show openai | cuecard keys set openai
      cuecard keys set https://llm.example.com/v1
    """
    who = _storable(provider)
    outcome, store = _look_at_store()
    if outcome not in (Outcome.DONE, Outcome.LOCKED):  # before a key is typed for nothing
        raise _store_failure(outcome, who)
    outcome = keychain.put(key_name(who))
    if outcome is not Outcome.DONE:
        raise _store_failure(outcome, who)
    typer.echo(f"the key for {key_name(who)} is kept in the system's key store ({store})", err=True)
    variable = variable_with_key(who, os.environ)
    if variable:
        typer.echo(f"{variable} is set and comes first", err=True)


@keys.command("list")
def list_keys(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Show which providers have a key and where it is kept; never any part of it.

    \b
    Example:
      cuecard keys list
    """
    known = with_keys(all_settings.load(None, {}).llm)
    outcome, stored = _look_at_store()[0], list[str]()
    if outcome in (Outcome.DONE, Outcome.LOCKED):
        outcome, stored = keychain.names(list(known))
    rows = [(name, places(provider, stored)) for name, provider in known.items()]
    rows += [(name, ["key store"]) for name in stored if name not in known]
    if os.environ.get(OWN_KEY_VARIABLE, "").strip():
        rows.append(("any other address", [OWN_KEY_VARIABLE]))
    if json:
        for name, kept in rows:
            typer.echo(msgspec.json.encode({"provider": name, "kept_in": kept}).decode())
    elif any(kept for _, kept in rows):
        _show(rows)
    else:
        typer.echo(
            "no key was found, in the environment or in the key store; `cuecard keys set PROVIDER` keeps one"
        )
        typer.echo(f"looked for: {', '.join(name for name, _ in rows)}")
    if outcome is not Outcome.DONE:
        typer.echo(f"{WHY[outcome]}; keys in it are not shown", err=True)


@keys.command("test")
def test_key(provider: Who) -> None:
    """Ask a provider for its list of models, without any content, to see whether it takes the key.

    \b
    Example:
      cuecard keys test openai
    """
    from llm.client.key_check import check_key  # imports httpx, which no other command here needs

    settings = all_settings.load(None, {}).llm
    who = named_one(settings, provider)
    verdict = check_key(settings, provider)
    if verdict.result != "accepted":
        raise ProviderFailure(f"{who.host}: {verdict.result}", fix=verdict.why)
    typer.echo(f"{who.host}: accepted")


@keys.command()
def delete(provider: Who) -> None:
    """Delete a key from the system's key store.

    \b
    Example:
      cuecard keys delete openai
    """
    who = _storable(provider)
    _look_at_store()
    outcome = keychain.delete(key_name(who))
    if outcome is Outcome.NOTHING_STORED:
        raise UsageFailure(f"{WHY[outcome]} for {key_name(who)}", fix="see `cuecard keys list`")
    if outcome is not Outcome.DONE:
        raise _store_failure(outcome, who)
    typer.echo(f"the key for {key_name(who)} is deleted from the system's key store", err=True)


def _look_at_store() -> tuple[Outcome, str]:
    """Return whether the key store is there and open, and its name; prepare the user for being asked."""
    outcome, store = keychain.state()
    if outcome is Outcome.LOCKED:
        typer.echo("the system's key store is locked; your system may ask you to unlock it", err=True)
    return outcome, store


def _storable(provider: str) -> Provider:
    who = named_one(LlmSettings(), provider)
    if not may_be_stored(who):
        raise UsageFailure(
            f"{who.name} runs on this machine, and the key store is not asked for its key",
            kept="nothing was changed",
            fix="if it wants a key, put it into a variable and name that: key_variable in [llm]",
        )
    return who


def _store_failure(outcome: Outcome, provider: Provider) -> MachineFailure:
    variables = " or ".join(provider.key_variables)
    instead = f"set {variables}, or type the key for one session: cuecard run --ask-key"
    if outcome in (Outcome.NO_KEY, Outcome.NO_TERMINAL):
        instead = "paste it into a terminal, or give it through a pipe"
    elif outcome in (Outcome.LOCKED, Outcome.TIMED_OUT):
        instead = f"unlock it and try again; or {instead}"
    return MachineFailure(
        WHY[outcome], kept="no key was changed, and none was written to a file", fix=instead
    )


def _show(rows: list[tuple[str, list[str]]]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("provider")
    table.add_column("its key is in")
    for name, kept in rows:
        table.add_row(name, ", ".join(kept) or "–")
    Console(highlight=False, soft_wrap=True).print(table)
