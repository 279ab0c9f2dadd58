"""Every journey there is. The executor registers their actions from this list."""

from actions.journeys.account import ACCOUNT_ACCESS, CLOSE_ACCOUNT
from actions.journeys.cancel_order import CANCEL_ORDER
from actions.journeys.change_address import CHANGE_ADDRESS
from actions.journeys.change_order import CHANGE_ORDER
from actions.journeys.complaint import COMPLAINT
from actions.journeys.damage import DAMAGE
from actions.journeys.give_back import GIVE_BACK
from actions.journeys.invoice import INVOICE
from actions.journeys.loyalty import LOYALTY
from actions.journeys.model import Journey
from actions.journeys.newsletter import NEWSLETTER
from actions.journeys.own_data import CORRECT_DATA, EXPORT_DATA, FORGET_DATA
from actions.journeys.parcel_missing import PARCEL_MISSING
from actions.journeys.payment import PAYMENT
from actions.journeys.rating import RATING
from actions.journeys.refund_status import REFUND_STATUS
from actions.journeys.stock import STOCK
from actions.journeys.track_order import TRACK_ORDER
from actions.journeys.warranty import WARRANTY

JOURNEYS: tuple[Journey, ...] = (
    ACCOUNT_ACCESS,
    CLOSE_ACCOUNT,
    CORRECT_DATA,
    EXPORT_DATA,
    FORGET_DATA,
    LOYALTY,
    NEWSLETTER,
    RATING,
    STOCK,
    CANCEL_ORDER,
    CHANGE_ADDRESS,
    CHANGE_ORDER,
    COMPLAINT,
    DAMAGE,
    GIVE_BACK,
    INVOICE,
    PARCEL_MISSING,
    PAYMENT,
    REFUND_STATUS,
    TRACK_ORDER,
    WARRANTY,
)


def find_journey(form: str | None) -> Journey | None:
    """Return the journey of a form."""
    return next((journey for journey in JOURNEYS if journey.form == form), None)
