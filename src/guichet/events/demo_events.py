"""The demo events: plainly made up, in French cities, ahead of whenever they are created."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from guichet.events.domain.records import Speaker, Sponsor, TicketTypeEdit

ADMIN_ID = 1
CREATOR_ID = 3
REDUCED_VAT = 550
"""The French rate of concerts and plays, in basis points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEvent:
    """One demo event: on the first such weekday (Monday is 0) `days_ahead` or more from today.

    `starts` is by the Paris clock. `poster` names a picture of `demo_posters/`, which
    `python -m tools.posters` draws. `fee` and `refund_rules` are those of `EventEdit`.
    """

    title: str
    poster: str
    description: str
    category: str
    venue: str
    location: str
    city: str
    days_ahead: int
    weekday: int
    starts: time
    hours: int
    creator_id: int = CREATOR_ID
    is_published: bool = True
    fee: Mapping[str, Any] = field(default_factory=dict[str, Any])
    refund_rules: Mapping[str, Any] = field(default_factory=dict[str, Any])
    ticket_types: tuple[TicketTypeEdit, ...]
    speakers: tuple[Speaker, ...] = ()
    sponsors: tuple[Sponsor, ...] = ()


def _type(name: str, price_minor: int, capacity: int, **more: Any) -> TicketTypeEdit:
    values: Mapping[str, Any] = {
        "name": name,
        "price_minor": price_minor,
        "capacity": capacity,
        **more,
    }
    return TicketTypeEdit(values=values)


def _standard(price_minor: int, capacity: int, **more: Any) -> tuple[TicketTypeEdit, ...]:
    return (_type("Standard", price_minor, capacity, **more),)


DEMO_EVENTS = (
    DemoEvent(
        title="Nuit des cordes : concert de printemps",
        poster="cordes",
        description=(
            "Deux heures de musique pour cordes, des danses anciennes aux créations d'aujourd'hui."
            "\n\nOuverture des portes une heure avant le concert. Placement libre, bar sur place."
        ),
        category="concert",
        venue="Salle des Quais",
        location="4 quai des Arts",
        city="Lyon",
        days_ahead=12,
        weekday=4,
        starts=time(20, 30),
        hours=2,
        ticket_types=_standard(2550, 400, vat_basis_points=REDUCED_VAT),
        speakers=(
            Speaker(
                name="Ensemble de démonstration",
                bio="Douze cordes réunies pour montrer à quoi ressemble un programme.",
                topic="Danses anciennes",
                speaking_time="20:30",
            ),
        ),
        sponsors=(Sponsor(name="Partenaire principal de démonstration", tier="gold", type="main"),),
    ),
    DemoEvent(
        title="Festival des Trois Places",
        poster="trois-places",
        description=(
            "Trois scènes en plein air, une vingtaine de groupes et une guinguette au bord de "
            "l'eau.\n\nLe pass donne accès à toutes les scènes ; le tarif réduit s'adresse aux "
            "moins de 26 ans et aux demandeurs d'emploi, sur justificatif à l'entrée."
        ),
        category="festival",
        venue="Parc du Bord de l'eau",
        location="Allée des Peupliers",
        city="Nantes",
        days_ahead=45,
        weekday=5,
        starts=time(16, 0),
        hours=8,
        creator_id=ADMIN_ID,
        fee={"fixed_minor": 90, "basis_points": 150},
        ticket_types=(
            _type("Plein tarif", 4900, 3000, vat_basis_points=REDUCED_VAT),
            _type("Tarif réduit", 3500, 1500, per_order_max=4, vat_basis_points=REDUCED_VAT),
            _type("Carré avant-scène", 8900, 250, per_order_max=4, vat_basis_points=REDUCED_VAT),
        ),
        speakers=(
            Speaker(name="Fanfare de démonstration", topic="Ouverture", speaking_time="16:00"),
            Speaker(name="Groupe du Guichet", topic="Tête d'affiche", speaking_time="21:30"),
        ),
        sponsors=(
            Sponsor(name="Radio de démonstration", tier="platinum", type="main"),
            Sponsor(name="Brasserie de démonstration", tier="silver"),
        ),
    ),
    DemoEvent(
        title="Le Malade imaginaire",
        poster="malade-imaginaire",
        description=(
            "La dernière comédie de Molière, dans une mise en scène vive et fidèle au texte."
            "\n\nDurée : 2 h 10 avec entracte. À partir de 10 ans."
        ),
        category="theatre",
        venue="Théâtre du Parvis",
        location="1 place du Parvis",
        city="Bordeaux",
        days_ahead=20,
        weekday=3,
        starts=time(20, 0),
        hours=3,
        fee={"fixed_minor": 50},
        ticket_types=(
            _type("Orchestre", 3200, 180, vat_basis_points=REDUCED_VAT),
            _type("Balcon", 2200, 120, vat_basis_points=REDUCED_VAT),
            _type("Moins de 18 ans", 1200, 60, vat_basis_points=REDUCED_VAT),
        ),
        speakers=(Speaker(name="Compagnie du Guichet", topic="Mise en scène et jeu"),),
    ),
    DemoEvent(
        title="Journée portes ouvertes de l'Atelier",
        poster="atelier",
        description=(
            "Visites guidées, démonstrations et essais : l'atelier de gravure ouvre ses presses "
            "à tout le monde.\n\nEntrée libre, sur réservation."
        ),
        category="exhibition",
        venue="Atelier des Presses",
        location="18 rue des Imprimeurs",
        city="Strasbourg",
        days_ahead=9,
        weekday=5,
        starts=time(10, 0),
        hours=8,
        ticket_types=_standard(0, 300),
        sponsors=(Sponsor(name="Association de démonstration", tier="bronze"),),
    ),
    DemoEvent(
        title="Initiation à la reliure",
        poster="reliure",
        description=(
            "Une matinée pour plier, coudre et couvrir son premier carnet, matériel compris."
            "\n\nHuit places seulement, pour que chacun soit accompagné."
        ),
        category="workshop",
        venue="Atelier des Presses",
        location="18 rue des Imprimeurs",
        city="Strasbourg",
        days_ahead=16,
        weekday=5,
        starts=time(9, 30),
        hours=3,
        ticket_types=(_type("Place d'atelier", 4500, 8, per_order_max=2),),
    ),
    DemoEvent(
        title="Rencontres de l'accueil numérique",
        poster="accueil",
        description=(
            "Une journée de conférences et d'ateliers sur les services en ligne qui marchent pour "
            "tout le monde : accessibilité, sobriété, files d'attente.\n\nDéjeuner compris."
        ),
        category="conference",
        venue="Palais des Congrès",
        location="Esplanade des Congrès",
        city="Lille",
        days_ahead=33,
        weekday=1,
        starts=time(9, 0),
        hours=9,
        creator_id=ADMIN_ID,
        fee={"basis_points": 200, "is_on_top": False},
        refund_rules={"until_hours": 48, "kept_minor": 500, "keeps_fee": True},
        ticket_types=(
            _type("Participation", 12000, 350),
            _type("Participation, association", 6000, 80),
        ),
        speakers=(
            Speaker(
                name="Intervenante de démonstration",
                position="Conception de services",
                company="Laboratoire de démonstration",
                topic="Une file d'attente juste",
                speaking_time="09:30",
            ),
            Speaker(
                name="Intervenant de démonstration",
                position="Accessibilité",
                company="Laboratoire de démonstration",
                topic="Acheter un billet sans la souris",
                speaking_time="11:00",
            ),
        ),
        sponsors=(
            Sponsor(name="Éditeur de démonstration", tier="platinum", type="main"),
            Sponsor(name="Hébergeur de démonstration", tier="gold"),
        ),
    ),
    DemoEvent(
        title="Requiem de Fauré, chœur et orgue",
        poster="requiem",
        description=(
            "Le Requiem de Gabriel Fauré par un chœur de soixante voix, précédé de pièces pour "
            "orgue.\n\nL'église n'est pas chauffée : prévoyez un vêtement chaud."
        ),
        category="classical",
        venue="Église Saint-Michel",
        location="Place Saint-Michel",
        city="Dijon",
        days_ahead=27,
        weekday=6,
        starts=time(17, 0),
        hours=2,
        ticket_types=(
            _type("Nef", 1800, 220, vat_basis_points=REDUCED_VAT),
            _type("Bas-côtés", 1000, 140, vat_basis_points=REDUCED_VAT),
        ),
        speakers=(Speaker(name="Chœur de démonstration", topic="Requiem, op. 48"),),
    ),
    DemoEvent(
        title="Course des Remparts, 10 km",
        poster="remparts",
        description=(
            "Dix kilomètres autour des remparts, ouverts à tous à partir de 16 ans.\n\nRetrait "
            "des dossards dès 8 h ; un ravitaillement à mi-parcours et à l'arrivée."
        ),
        category="sport",
        venue="Esplanade des Remparts",
        location="Porte du Midi",
        city="Avignon",
        days_ahead=60,
        weekday=6,
        starts=time(9, 0),
        hours=4,
        ticket_types=(_type("Dossard", 1500, 1200, per_order_max=5),),
        sponsors=(Sponsor(name="Club de démonstration", tier="silver", type="main"),),
    ),
    DemoEvent(
        title="Le Petit Guichet, marionnettes",
        poster="petit-guichet",
        description=(
            "Un petit guichet de gare se met à rêver de voyages. Spectacle sans paroles, de 3 à "
            "8 ans.\n\nDurée : 40 minutes, suivies d'un goûter."
        ),
        category="family",
        venue="Maison de quartier des Tilleuls",
        location="7 rue des Tilleuls",
        city="Rennes",
        days_ahead=6,
        weekday=2,
        starts=time(15, 0),
        hours=2,
        ticket_types=(
            _type("Enfant", 500, 90, vat_basis_points=REDUCED_VAT),
            _type("Accompagnant", 800, 60, vat_basis_points=REDUCED_VAT),
        ),
        speakers=(Speaker(name="Compagnie du Guichet", topic="Marionnettes et musique"),),
    ),
    DemoEvent(
        title="Soirée d'humour en préparation",
        poster="humour",
        description=(
            "Un plateau de quatre humoristes, encore en préparation : ce brouillon n'est visible "
            "que de son organisateur."
        ),
        category="comedy",
        venue="Café-théâtre de la Halle",
        location="2 rue de la Halle",
        city="Toulouse",
        days_ahead=75,
        weekday=4,
        starts=time(20, 0),
        hours=2,
        is_published=False,
        ticket_types=_standard(1900, 110, vat_basis_points=REDUCED_VAT),
    ),
)
