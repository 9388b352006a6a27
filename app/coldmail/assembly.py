"""Puts the use cases of the cold e-mail writer together over a set of ports."""

from dataclasses import dataclass

from app.coldmail.emails import Emails
from app.coldmail.history import History
from app.coldmail.portfolio.store import Portfolio
from app.coldmail.profiles import Profiles
from app.coldmail.reading.reading import Reading
from app.coldmail.writing.writer import Writer
from app.wiring.coldmail import ColdmailPorts


@dataclass(frozen=True, slots=True)
class ColdmailService:
    """Everything an HTTP request can ask for."""

    reading: Reading
    portfolio: Portfolio
    profiles: Profiles
    history: History
    emails: Emails

    async def aclose(self) -> None:
        await self.reading.aclose()


def assemble_service(ports: ColdmailPorts) -> ColdmailService:
    reading = Reading(ports.pages, ports.chat, rendering=ports.rendering)
    portfolio = Portfolio(ports.records, ports.embedder)
    profiles = Profiles(ports.records)
    history = History(ports.records)
    emails = Emails(
        reading=reading, portfolio=portfolio, profiles=profiles, history=history, writer=Writer(ports.chat)
    )
    return ColdmailService(reading, portfolio, profiles, history, emails)
