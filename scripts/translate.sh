#!/usr/bin/env bash
# Brings the catalogues of translations up to date with the texts in the code, and compiles them.
#
# With a language code ("fr") it adds a catalogue for that language. docs/translation.md says how to go on.
set -euo pipefail
cd "$(dirname "$0")/.."

catalogues=overlay/locale
template="$(mktemp --suffix=.pot)"
trap 'rm -f "$template"' EXIT
babel=(.venv/bin/python -m babel.messages.frontend --quiet)

"${babel[@]}" extract --output="$template" --no-default-keywords --keyword=_ --keyword=_N --keyword=ngettext:1,2 \
    --keyword=pgettext:1c,2 --add-location=file --sort-by-file --no-wrap --project=Cuecard \
    --copyright-holder="the authors of Cuecard" overlay session
if [[ $# -gt 0 && ! -e "$catalogues/$1/LC_MESSAGES/cuecard.po" ]]; then
    "${babel[@]}" init --input-file="$template" --output-dir="$catalogues" --domain=cuecard --locale="$1" --no-wrap
fi
"${babel[@]}" update --input-file="$template" --output-dir="$catalogues" --domain=cuecard --no-wrap \
    --ignore-obsolete --no-fuzzy-matching
# Leave out rows that say nothing, or change with each run.
sed -i '/^"\(Project-Id-Version\|Report-Msgid-Bugs-To\|POT-Creation-Date\|PO-Revision-Date\)/d
        /^"\(Last-Translator\|Language-Team\|Generated-By\)/d' "$catalogues"/*/LC_MESSAGES/cuecard.po
"${babel[@]}" compile --directory="$catalogues" --domain=cuecard
