import type { EventAnswer } from "@/api/generated/events";

import { eventSaleOf } from "./sale";

const AVAILABILITY: Record<string, string> = {
  open: "InStock",
  "not-yet": "PreOrder",
  "sold-out": "SoldOut",
  closed: "Discontinued",
};

/** The event for search engines, after schema.org; data, which the policy lets stand in a page. */
export function EventStructuredData({ event }: { event: EventAnswer }) {
  const text = JSON.stringify(structuredData(event)).replace(/</g, "\\u003c");
  return <script type="application/ld+json" dangerouslySetInnerHTML={{ __html: text }} />;
}

export function structuredData(event: EventAnswer): Record<string, unknown> {
  const sale = eventSaleOf(event, Date.now());
  const status = sale === "cancelled" ? "EventCancelled" : "EventScheduled";
  return {
    "@context": "https://schema.org",
    "@type": "Event",
    name: event.title,
    description: event.description,
    startDate: event.date,
    endDate: event.end_date ?? undefined,
    eventStatus: `https://schema.org/${status}`,
    eventAttendanceMode: "https://schema.org/OfflineEventAttendanceMode",
    image: event.image ? [new URL(event.image, window.location.origin).href] : undefined,
    location: {
      "@type": "Place",
      name: event.venue ?? event.location,
      address: [event.location, event.city].filter(Boolean).join(", "),
    },
    performer: event.speakers.map(({ name }) => ({ "@type": "PerformingGroup", name })),
    offers: event.ticket_types
      .filter((type) => !type.is_hidden)
      .map((type) => ({
        "@type": "Offer",
        name: type.name,
        price: type.total,
        priceCurrency: type.currency,
        url: window.location.href,
        availability: `https://schema.org/${AVAILABILITY[sale] ?? "SoldOut"}`,
        validFrom: type.sale_opens_at ?? event.sale_opens_at ?? undefined,
      })),
  };
}
