"""Which registries the account's own keeps copies of, and what cannot be pulled where no way leads out of the network."""

from dataclasses import dataclass

from infra import versions
from infra.choices.refused import ConfigRefused
from infra.registries import CACHED, registry_of


@dataclass(frozen=True, kw_only=True)
class ImageChoices:
    image_cache: tuple[str, ...]
    autoscaler: bool
    database: str
    gpu: str
    machine_metrics: bool
    monitoring: str
    nat: str
    search: str
    ship_logs: bool

    def check(self) -> None:
        for registry in self.image_cache:
            if registry not in CACHED:
                raise ConfigRefused(
                    f"imageCache contains {registry!r}; ECR copies without a credential from {', '.join(sorted(CACHED))} only."
                )
        if len(set(self.image_cache)) != len(self.image_cache):
            raise ConfigRefused(f"imageCache is {list(self.image_cache)}; name each registry once.")
        if self.nat == "none":
            self._check_reach()

    def _check_reach(self) -> None:
        for chosen, images in self._pulled().items():
            for image in images:
                registry = registry_of(image)
                if registry in self.image_cache:
                    continue
                instead = f"Add {registry!r} to imageCache, set" if registry in CACHED else "Set"
                raise ConfigRefused(
                    f"{chosen} while nat is 'none' and imageCache is {list(self.image_cache)}: its image {image} is in "
                    f"{registry}, and nothing leads there. {instead} nat to 'single', or leave it out."
                )

    def _pulled(self) -> dict[str, tuple[str, ...]]:
        """What the chosen parts pull from elsewhere than the stack's own repositories."""
        every = {
            "autoscaler is true": (self.autoscaler, (versions.AUTOSCALER_IMAGE,)),
            # With RDS the job that makes the databases needs its tools.
            f"database is {self.database!r}": (self.database != "none", (versions.POSTGRES_IMAGE,)),
            f"gpu is {self.gpu!r}": (self.gpu != "none", (versions.DEVICE_PLUGIN_IMAGE,)),
            "machineMetrics is true": (self.machine_metrics, (versions.CLOUDWATCH_AGENT_IMAGE,)),
            "monitoring is 'cluster'": (
                self.monitoring == "cluster",
                (versions.PROMETHEUS_IMAGE, versions.ALERTMANAGER_IMAGE, versions.GRAFANA_IMAGE),
            ),
            "search is 'opensearch'": (
                self.search == "opensearch",
                (versions.OPENSEARCH_IMAGE, versions.VALKEY_IMAGE),
            ),
            "shipLogs is true": (self.ship_logs, (versions.FLUENT_BIT_IMAGE,)),
        }
        return {chosen: images for chosen, (is_so, images) in every.items() if is_so}
