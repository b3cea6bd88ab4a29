import { expect, test } from "vitest";

import { googleAddress, outlookAddress } from "./CalendarLinks";

const EVENT = {
  eventId: 7,
  title: "Nuit & jazz",
  startsAt: "2027-06-15T18:30:00Z",
  location: "Lyon",
};

test("fills in Google's form, in UTC, with an end where the event names none", () => {
  const query = new URL(googleAddress(EVENT)).searchParams;
  expect(query.get("text")).toBe("Nuit & jazz");
  expect(query.get("dates")).toBe("20270615T183000Z/20270615T213000Z");
});

test("fills in Outlook's form with the event's own end", () => {
  const ending = { ...EVENT, endsAt: "2027-06-15T20:00:00Z" };
  const query = new URL(outlookAddress(ending)).searchParams;
  expect(query.get("enddt")).toBe("2027-06-15T20:00:00.000Z");
  expect(query.get("location")).toBe("Lyon");
});
