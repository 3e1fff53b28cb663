"""telling: events go to the webhooks that asked for them, signed, at least once, in the order they happened.

An event is written with what it tells of, in one transaction (`monitor.store.outbox`). `hand_on` puts it on
its way to each webhook, `deliver` sends what is due. Both may die at any instant and run twice: a receiver
knows an event by its id.
"""

from monitor.stages.telling.deliver import DeliveryReport, deliver, ping, resend
from monitor.stages.telling.hand_on import hand_on
from monitor.stages.telling.hook import Answer, Courier, Subscription

__all__ = [
    "Answer",
    "Courier",
    "DeliveryReport",
    "Subscription",
    "deliver",
    "hand_on",
    "ping",
    "resend",
]
