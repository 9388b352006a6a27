"""The platforms' APIs, as far as a failed job needs them; one module a platform, all behind `Forge`."""

from app.devops.forges.forge import Forge, NoForge
from app.devops.forges.github import GithubForge
from app.devops.forges.gitlab import GitlabForge
from app.devops.forges.jenkins import JenkinsForge
from app.kernel.ports.pages import Pages
from app.kernel.ports.posts import Posts

__all__ = ["Forge", "NoForge", "build_forges"]


def build_forges(pages: Pages, posts: Posts) -> dict[str, Forge]:
    """By the platform's name."""
    return {
        "github": GithubForge(pages, posts),
        "gitlab": GitlabForge(pages, posts),
        "jenkins": JenkinsForge(pages),
        "kubernetes": NoForge(),
    }
