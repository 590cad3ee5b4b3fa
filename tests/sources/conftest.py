from tests.peers.fixtures import yahoo, yahoo_source

__all__ = ["yahoo", "yahoo_source"]
