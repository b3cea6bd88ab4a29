/** What several of the area's tests answer. */

/** An order in a list of orders. */
export function listedOrder(values: object = {}): object {
  return {
    id: 7,
    code: "ABCD-1234",
    event: { id: 12, title: "Nuit de jazz", date: "2027-06-12T18:30:00Z" },
    buyer_name: "Dominique Exemple",
    buyer_email: "dominique@example.com",
    status: "confirmed",
    total: "50.00",
    refunded: "0.00",
    currency: "EUR",
    quantity: 2,
    created_at: "2027-05-01T09:00:00Z",
    needs_attention: false,
    attention_reason: null,
    attention: null,
    ...values,
  };
}
