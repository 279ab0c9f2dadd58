"""The desk says who may be the same customer, joins them, and parts them again, in a browser."""

import pytest
from playwright.async_api import expect
from sqlalchemy import func, select, update

from crm.models import Customer, Identity
from handoff.reasons import HandoffReason
from kit.database import Database
from tests.browser import watch_complaints
from tests.console.test_desk import sign_in
from tests.handoff.scenes import open_case

pytestmark = pytest.mark.browser


@pytest.fixture
async def alike(staffed: Database) -> Database:
    """Two accounts that gave the same address, and a third that did not."""
    async with staffed.session() as session:
        for account, name, channel in (
            ("ines", "Ines Marlow", "telegram"),
            ("ines-web", "I. Marlow", "web"),
            ("nell", "Nell Ashdown", "web"),
        ):
            await open_case(
                session,
                "Where is my lamp?",
                reason=HandoffReason.HUMAN_WANTED,
                account=account,
                name=name,
                channel=channel,
            )
        marlow = Customer.display_name.in_(("Ines Marlow", "I. Marlow"))
        await session.execute(update(Customer).where(marlow).values(email="ines@shop.example"))
        await session.commit()
    return staffed


async def count_customers(database: Database) -> int:
    async with database.session() as session:
        found = select(func.count(func.distinct(Identity.customer_id)))
        return (await session.execute(found)).scalar_one()


async def test_two_are_joined_and_parted_again(page, address, alike):
    complaints = watch_complaints(page)
    await sign_in(page, address)
    await page.locator(".case", has_text="Ines Marlow").click()
    card = page.locator(".card", has_text="Perhaps the same customer")
    await expect(card).to_contain_text("I. Marlow")
    await expect(card).to_contain_text("The same e-mail address: ines@shop.example")
    await expect(card).not_to_contain_text("Nell")
    await card.get_by_role("button", name="Join").click()
    joined = page.locator(".card", has_text="Joined accounts")
    await expect(joined).to_contain_text("By an employee")
    await expect(page.locator(".card", has_text="Perhaps the same")).to_have_count(0)
    assert await count_customers(alike) == 2
    await joined.get_by_role("button", name="Part again").click()
    await expect(joined).to_have_count(0)
    assert await count_customers(alike) == 3
    await expect(page.locator(".card", has_text="Perhaps the same")).to_have_count(0)
    assert complaints == []


async def test_not_the_same_is_not_asked_again(page, address, alike):
    await sign_in(page, address)
    await page.locator(".case", has_text="Ines Marlow").click()
    card = page.locator(".card", has_text="Perhaps the same customer")
    await card.get_by_role("button", name="Not the same").click()
    await expect(card).to_have_count(0)
    assert await count_customers(alike) == 3
    await page.locator(".case", has_text="Nell Ashdown").click()
    await expect(page.locator(".talk-name")).to_have_text("Nell Ashdown")
    await page.locator(".case", has_text="Ines Marlow").click()
    await expect(page.locator(".talk-name")).to_have_text("Ines Marlow")
    await expect(card).to_have_count(0)
