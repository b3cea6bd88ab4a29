/** The five services that pass messages, each with the calls about its queues. */
import * as auth from "@/api/generated/auth";
import * as events from "@/api/generated/events";
import * as notifications from "@/api/generated/notifications";
import * as tickets from "@/api/generated/tickets";
import * as users from "@/api/generated/users";

export const SERVICES = {
  tickets: {
    queues: tickets.getTicketsQueues,
    letters: tickets.getTicketsDeadLetters,
    retry: tickets.postTicketsDeadLettersByLetterIdRetry,
  },
  events: {
    queues: events.getEventsQueues,
    letters: events.getEventsDeadLetters,
    retry: events.postEventsDeadLettersByLetterIdRetry,
  },
  notifications: {
    queues: notifications.getNotificationsQueues,
    letters: notifications.getNotificationsDeadLetters,
    retry: notifications.postNotificationsDeadLettersByLetterIdRetry,
  },
  auth: {
    queues: auth.getAuthQueues,
    letters: auth.getAuthDeadLetters,
    retry: auth.postAuthDeadLettersByLetterIdRetry,
  },
  users: {
    queues: users.getUsersQueues,
    letters: users.getUsersDeadLetters,
    retry: users.postUsersDeadLettersByLetterIdRetry,
  },
};

export type Service = keyof typeof SERVICES;
export const SERVICE_NAMES = Object.keys(SERVICES) as Service[];
