"""What the stages need besides their transaction: the configuration and the letters rendered with it.

Replaced as a whole when the configuration is reloaded; a stage sees one of them from start to end.
"""

from dataclasses import dataclass

from bridge.config import Config
from bridge.core.model import Incident
from bridge.core.settings import Escalation, Person, Service
from bridge.letters.render import Letters
from bridge.wording import Term

BRIDGE = "bridge"  # the actor of what no person did


@dataclass(frozen=True, slots=True)
class Runtime:
    """The running configuration."""

    config: Config
    letters: Letters

    @property
    def terms(self) -> tuple[Term, ...]:
        """The company's own terms for the wording check."""
        return self.config.terms

    def service(self, incident: Incident) -> Service:
        """The incident's service. Raises KeyError for one that the configuration no longer has."""
        return self.config.services[incident.service]

    def escalation(self, service: Service) -> Escalation:
        return self.config.escalations[service.escalation]

    def service_for(self, person: Person) -> Service:
        """In whose name a mail about no service goes: one that this person is rung for, else the first."""
        services = tuple(self.config.services.values())
        return next((each for each in services if person.id in self.escalation(each).people()), services[0])

    def behind(self, incident: Incident) -> tuple[str, ...]:
        """Everybody who may be rung about an incident; nobody when the configuration lost its service."""
        service = self.config.services.get(incident.service)
        return self.escalation(service).people() if service else ()

    def person(self, person_id: str) -> Person:
        """A person by id; one removed from the configuration keeps the id as a name and cannot be mailed."""
        # An empty address fails validation.
        gone = Person.model_construct(id=person_id, name=person_id, email="")
        return self.config.people.get(person_id) or gone
