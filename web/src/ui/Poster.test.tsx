import { render } from "@testing-library/react";
import { expect, test } from "vitest";

import { Poster } from "./Poster";

const imageOf = (image: string) =>
  render(<Poster image={image} seed={1} sizes="360px" />).container.querySelector("img");

test("an uploaded picture is asked for in the widths that the API makes", () => {
  const image = imageOf("/api/v1/events/7/image?v=abc");
  expect(image).toHaveAttribute(
    "srcset",
    [400, 800, 1600].map((size) => `/api/v1/events/7/image?v=abc&size=${size} ${size}w`).join(", "),
  );
  expect(image).toHaveAttribute("width", "1600");
  expect(image).toHaveAttribute("height", "1000");
});

test("a picture that lies elsewhere is taken as it is", () => {
  expect(imageOf("https://example.com/a.jpg")).not.toHaveAttribute("srcset");
});

test("without a picture, one is drawn for the event, the same each time", () => {
  const drawn = (seed: number) =>
    render(<Poster image={null} seed={seed} />).container.querySelector("svg")?.innerHTML;
  expect(drawn(7)).toBe(drawn(7));
  expect(drawn(7)).not.toBe(drawn(8));
});
