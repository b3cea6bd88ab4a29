"""Every mutation, by subject."""

from collections.abc import Mapping

from tools.mutations import Mutation, edges, keys, locks, messages, money, people, places

BY_SUBJECT: Mapping[str, tuple[Mutation, ...]] = {
    "Places": places.MUTATIONS,
    "Money": money.MUTATIONS,
    "People": people.MUTATIONS,
    "Locks": locks.MUTATIONS,
    "Keys": keys.MUTATIONS,
    "Messages and logs": messages.MUTATIONS,
    "Edges": edges.MUTATIONS,
}

MUTATIONS: tuple[Mutation, ...] = tuple(
    mutation for mutations in BY_SUBJECT.values() for mutation in mutations
)
