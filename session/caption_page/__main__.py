"""The caption-page stage: serves the captions to browsers that know the address.

It receives the transcript and nothing else: no question, answer, passage or request. Once it listens, the
process can open no further sockets.
"""

from __future__ import annotations

from bus.failures import Failure
from bus.stage import Stage
from session.caption_page.access import Access
from session.caption_page.feed import Feed
from session.caption_page.server import PageServer
from session.settings import SessionSettings
from session.view import strings
from session.view.page_address import host_and_port, is_for_others, secret_path

_POLL_S = 0.1


def main() -> None:
    """Run the stage."""
    with Stage("caption-page") as stage:
        settings = stage.run.settings("session", SessionSettings)
        access = Access(secret_path(stage.run), settings.caption_page_bind, settings.caption_page)
        server = PageServer(access)
        stage.enter_sandbox()
        server.start()
        stage.ready(host_and_port(access.bind, access.port))
        if is_for_others(access.bind):
            stage.report(Failure(strings.SERVED_TO_OTHERS.format(address=access.bind)))
        feed = Feed()
        while not stage.stopping():
            for logged in stage.poll(_POLL_S):
                feed.apply(logged)
            server.updates.publish(feed.as_json())
            stage.heartbeat()


if __name__ == "__main__":
    main()
