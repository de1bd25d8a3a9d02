"""Devices of this machine: PortAudio, PulseAudio and the clocks of devices."""
