import { expect, test } from "vitest";

import { instantOf, localTime } from "./localTime";

test("shows an instant on the clock of the event's zone, in summer and winter", () => {
  expect(localTime("2027-06-15T18:30:00Z", "Europe/Paris")).toBe("2027-06-15T20:30");
  expect(localTime("2027-12-31T23:30:00Z", "Europe/Paris")).toBe("2028-01-01T00:30");
  expect(localTime(null, "Europe/Paris")).toBe("");
});

test("finds the instant again, also next to a change of the clock", () => {
  const times = ["2027-06-15T20:30", "2027-12-31T23:45", "2027-03-28T01:59", "2027-03-28T03:00"];
  for (const zone of ["Europe/Paris", "America/Montreal", "Pacific/Auckland", "UTC"]) {
    for (const time of times) {
      expect(localTime(instantOf(time, zone), zone), `${time} ${zone}`).toBe(time);
    }
  }
  expect(instantOf("2027-06-15T20:30", "Europe/Paris")).toBe("2027-06-15T18:30:00.000Z");
  expect(instantOf("", "Europe/Paris")).toBeNull();
});
