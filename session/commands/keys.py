"""`cuecard keys`: sets, lists, tests and deletes provider keys in the system's key store.

This process never holds a key; a child process prompts for it and stores it.
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
from session.keys import key_locations, providers_with_keys, require_provider

keys = typer.Typer(no_args_is_help=True, help="Set, list, test and delete the keys of providers.")

ProviderArgument = Annotated[
    str, typer.Argument(metavar="PROVIDER", help="openai, groq, xai, …, or the address of an API.")
]


@keys.command("set")
def set_key(provider: ProviderArgument) -> None:
    """Store a key in the system's key store. It is typed unseen or read from a pipe, never an argument.

    \b
    Examples:
      cuecard keys set openai
      pass show openai | cuecard keys set openai
      cuecard keys set https://llm.example.com/v1
    """
    storable = _storable(provider)
    outcome, store = _check_store()
    if outcome not in (Outcome.DONE, Outcome.LOCKED):  # before a key is typed in vain
        raise _store_failure(outcome, storable)
    outcome = keychain.put(key_name(storable))
    if outcome is not Outcome.DONE:
        raise _store_failure(outcome, storable)
    typer.echo(f"the key for {key_name(storable)} is stored in the system's key store ({store})", err=True)
    variable = variable_with_key(storable, os.environ)
    if variable:
        typer.echo(f"{variable} is set and takes precedence", err=True)


@keys.command("list")
def list_keys(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Show which providers have a key and where it is stored, never any part of it.

    \b
    Example:
      cuecard keys list
    """
    known = providers_with_keys(all_settings.load(None, {}).llm)
    outcome, stored = _check_store()[0], list[str]()
    if outcome in (Outcome.DONE, Outcome.LOCKED):
        outcome, stored = keychain.names(list(known))
    rows = [(name, key_locations(provider, stored)) for name, provider in known.items()]
    rows += [(name, ["key store"]) for name in stored if name not in known]
    if os.environ.get(OWN_KEY_VARIABLE, "").strip():
        rows.append(("any other address", [OWN_KEY_VARIABLE]))
    if json:
        for name, locations in rows:
            typer.echo(msgspec.json.encode({"provider": name, "kept_in": locations}).decode())
    elif any(locations for _, locations in rows):
        _show(rows)
    else:
        typer.echo(
            "no key was found in the environment or the key store; store one with `cuecard keys set PROVIDER`"
        )
        typer.echo(f"searched for: {', '.join(name for name, _ in rows)}")
    if outcome is not Outcome.DONE:
        typer.echo(f"{WHY[outcome]}; its keys are not shown", err=True)


@keys.command("test")
def test_key(provider: ProviderArgument) -> None:
    """Request a provider's list of models, without any content, to check whether it accepts the key.

    \b
    Example:
      cuecard keys test openai
    """
    from llm.client.discovery.key_check import check_key  # imports httpx, which no other command here needs

    settings = all_settings.load(None, {}).llm
    host = require_provider(settings, provider).host
    verdict = check_key(settings, provider)
    if verdict.result != "accepted":
        raise ProviderFailure(f"{host}: {verdict.result}", fix=verdict.why)
    typer.echo(f"{host}: accepted")


@keys.command()
def delete(provider: ProviderArgument) -> None:
    """Delete a key from the system's key store.

    \b
    Example:
      cuecard keys delete openai
    """
    storable = _storable(provider)
    _check_store()
    outcome = keychain.delete(key_name(storable))
    if outcome is Outcome.NOTHING_STORED:
        raise UsageFailure(f"{WHY[outcome]} for {key_name(storable)}", fix="see `cuecard keys list`")
    if outcome is not Outcome.DONE:
        raise _store_failure(outcome, storable)
    typer.echo(f"the key for {key_name(storable)} is deleted from the system's key store", err=True)


def _check_store() -> tuple[Outcome, str]:
    """Return the state of the key store and its name; announce a prompt of the system to unlock it."""
    outcome, store = keychain.state()
    if outcome is Outcome.LOCKED:
        typer.echo("the system's key store is locked; your system may ask you to unlock it", err=True)
    return outcome, store


def _storable(provider: str) -> Provider:
    found = require_provider(LlmSettings(), provider)
    if not may_be_stored(found):
        raise UsageFailure(
            f"{found.name} runs on this machine; its key is not read from the key store",
            kept="nothing was changed",
            fix="if it needs a key, set an environment variable and name it: key_variable in [llm]",
        )
    return found


def _store_failure(outcome: Outcome, provider: Provider) -> MachineFailure:
    variables = " or ".join(provider.key_variables)
    instead = f"set {variables}, or type the key for one session: cuecard run --ask-key"
    if outcome in (Outcome.NO_KEY, Outcome.NO_TERMINAL):
        instead = "type it on a terminal, or pass it through a pipe"
    elif outcome in (Outcome.LOCKED, Outcome.TIMED_OUT):
        instead = f"unlock it and try again; or {instead}"
    return MachineFailure(
        WHY[outcome], kept="no key was changed, and none was written to a file", fix=instead
    )


def _show(rows: list[tuple[str, list[str]]]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("provider")
    table.add_column("key found in")
    for name, locations in rows:
        table.add_row(name, ", ".join(locations) or "–")
    Console(highlight=False, soft_wrap=True).print(table)
