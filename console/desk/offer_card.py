"""The card that names one article worth offering to the customer, and why."""

from collections.abc import Awaitable, Callable

from console.desk.parts import box, button, card, words
from insights.content.offers import Offer

Use = Callable[[Offer], Awaitable[None]]


def draw_offer(offer: Offer | None, on_use: Use) -> None:
    """Show the offer; nothing at all when there is none: no card is no hint at a holdout."""
    if offer is None:
        return

    async def use() -> None:
        await on_use(offer)

    with card("Worth offering"):
        link = words(offer.title, "offer-title", "a")
        link.props["href"] = f"/help/{offer.slug}"
        link.props["target"] = "_blank"
        link.props["rel"] = "noopener"
        words(offer.reason, "none")
        with box():
            button("Put into the reply", use)
