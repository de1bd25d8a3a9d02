"""Table of all fuzz targets by name."""

from __future__ import annotations

from bench.fuzzing.bus_decoders import BUS
from bench.fuzzing.connector_decoders import CONNECTOR
from bench.fuzzing.decoder import Decoder
from bench.fuzzing.llm_decoders import LLM
from bench.fuzzing.page_decoders import PAGE
from bench.fuzzing.session_decoders import SESSION

DECODERS: dict[str, Decoder] = {
    decoder.name: decoder for decoder in (*BUS, *LLM, *CONNECTOR, *SESSION, *PAGE)
}
