"""The whole product in one terminal: web, worker and beat as children of one process (`bin/run`)."""

from minzheng.servers import instance


def stop_instance() -> None:
    """`bin/manage stop`: ends what runs of this instance."""
    instance().stop()
