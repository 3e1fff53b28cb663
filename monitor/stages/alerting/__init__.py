"""alerting: people are told of what can't wait, wherever they are, once, and a P0 until somebody sees to it.

`notice` looks at what holds at this moment and writes the alerts with the messages that tell of them, in
one transaction; `send` claims what is due, hands it to a channel, and records what came of it. Both may die
at any instant and run twice. What dies between a channel's yes and its record is sent once more: better
twice than never.
"""

from monitor.stages.alerting.answering import acknowledge, cover, try_channel, uncover
from monitor.stages.alerting.noticing import NoticeReport, notice
from monitor.stages.alerting.sending import SendReport, send
from monitor.stages.alerting.watch import Carrier, Watch

__all__ = [
    "Carrier",
    "NoticeReport",
    "SendReport",
    "Watch",
    "acknowledge",
    "cover",
    "notice",
    "send",
    "try_channel",
    "uncover",
]
