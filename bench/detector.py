"""How well the speech detectors hear, as the listener uses them: `python -m bench.detector CORPUS`.

The corpus is a folder with `vad_audio/NAME.flac` (16 kHz mono) and `vad/NAME.json` ({"speech": [[start_s,
end_s], …]}), labelled to 10 ms. Printed for each detector: precision and recall of 10 ms frames at 0.5,
and, for the whole gate with its default settings, the share of labelled speech inside an utterance.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from bus.messages import SpeechEnded
from bus.ring import Samples
from vad.detectors import Detector, SileroDetector, WebRtcDetector
from vad.gate import SpeechGate
from vad.loudness import AutomaticGain
from vad.settings import VadSettings

_FRAME = 160
Frames = NDArray[np.bool_]


def main() -> None:
    """Print one line of JSON for each detector."""
    corpus = Path(sys.argv[1])
    for detector in (SileroDetector(), WebRtcDetector(3)):
        print(json.dumps(judge(detector, corpus)))


def judge(detector: Detector, corpus: Path) -> dict[str, object]:
    """Return the detector's figures over every labelled file of the corpus."""
    truths, judged, covered = [], [], []
    for path in sorted((corpus / "vad_audio").glob("*.flac")):
        samples = soundfile.read(path, dtype="int16")[0]
        frames = len(samples) // _FRAME
        labels = json.loads((corpus / "vad" / f"{path.stem}.json").read_text())["speech"]
        truths.append(_spans([(start * 16_000, stop * 16_000) for start, stop in labels], frames))
        probabilities = _probabilities(detector, samples)
        at = np.minimum(np.arange(frames) * _FRAME // detector.window_samples, len(probabilities) - 1)
        judged.append(np.array(probabilities)[at] >= 0.5)
        covered.append(_spans(_utterances(probabilities, detector.window_samples), frames))
    truth, heard, inside = np.concatenate(truths), np.concatenate(judged), np.concatenate(covered)
    return {
        "detector": detector.name,
        "files": len(truths),
        "seconds": round(len(truth) / 100),
        "precision": round(float((heard & truth).sum() / heard.sum()), 3),
        "recall": round(float((heard & truth).sum() / truth.sum()), 3),
        "speech_in_utterances": round(float((inside & truth).sum() / truth.sum()), 3),
    }


def _probabilities(detector: Detector, samples: Samples) -> list[float]:
    detector.reset()
    gain, size = AutomaticGain(), detector.window_samples
    windows = samples[: len(samples) // size * size].reshape(-1, size)
    return detector.speech_probabilities(np.concatenate([gain(window) for window in windows]))


def _utterances(probabilities: list[float], window: int) -> list[tuple[float, float]]:
    gate = SpeechGate("x", VadSettings())
    events = [
        event
        for index, probability in enumerate(probabilities)
        for event in gate.update(index * window, (index + 1) * window, probability)
    ]
    events += gate.finish(len(probabilities) * window)
    return [(event.start_sample, event.stop_sample) for event in events if isinstance(event, SpeechEnded)]


def _spans(spans: list[tuple[float, float]], frames: int) -> Frames:
    marked = np.zeros(frames, np.bool_)
    for start, stop in spans:
        marked[round(start / _FRAME) : round(stop / _FRAME)] = True
    return marked


if __name__ == "__main__":
    main()
