/**
 * Every address of the web app, built in one place; `paths.event(7)` is `/e/7`.
 *
 * None begins with /auth, /users, /events, /tickets or /notifications: those lead to the services.
 * Mails, tickets and calendar files lead to some of these, so they do not change.
 */
type Values = Readonly<Record<string, string | number | null | undefined>>;

function withQuery(path: string, values: Values = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

const part = (value: string | number) => encodeURIComponent(String(value));

export const paths = {
  home: (filters?: Values) => withQuery("/", filters),
  event: (eventId: number | string) => `/e/${part(eventId)}`,
  checkout: (holdId: number | string) => `/checkout/${part(holdId)}`,
  findOrder: () => "/find-order",

  signIn: (next?: string) => withQuery("/sign-in", { next }),
  register: (next?: string) => withQuery("/register", { next }),
  forgotPassword: () => "/forgot-password",
  resetPassword: () => "/reset-password",
  verifyEmail: () => "/verify-email",

  myTickets: () => "/my/tickets",
  myTicket: (ticketId: number | string) => `/my/tickets/${part(ticketId)}`,
  myOrders: () => "/my/orders",
  order: (code: string) => `/my/orders/${part(code)}`,
  myProfile: () => "/my/profile",
  mySecurity: () => "/my/security",
  myPreferences: () => "/my/preferences",
  myInbox: () => "/my/inbox",
  myData: () => "/my/data",

  organise: () => "/organise",
  organiseNew: () => "/organise/new",
  organiseSeller: (whose?: Values) => withQuery("/organise/seller", whose),
  organiseEvent: (eventId: number | string) => `/organise/${part(eventId)}`,
  organiseEventPart: (eventId: number | string, section: string) =>
    `/organise/${part(eventId)}/${part(section)}`,
  organisePromoCode: (eventId: number | string, promoId: number | string) =>
    `/organise/${part(eventId)}/promo-codes/${part(promoId)}`,
  organiseOrder: (eventId: number | string, code: string) =>
    `/organise/${part(eventId)}/orders/${part(code)}`,
  organiseStatement: (period?: Values) => withQuery("/organise/statement", period),

  door: () => "/door",
  doorEvent: (eventId: number | string) => `/door/${part(eventId)}`,

  admin: () => "/admin",
  adminPart: (section: string, filters?: Values) => withQuery(`/admin/${part(section)}`, filters),
  adminOne: (section: string, ...of: (string | number)[]) =>
    `/admin/${[section, ...of].map(part).join("/")}`,
} as const;

/** Where to go after signing in: only a path of our own, never another site. */
export function safeNext(next: string | null, otherwise: string): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.includes("\\") ? next : otherwise;
}
