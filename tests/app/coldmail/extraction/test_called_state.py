"""The state of a page that Nuxt 2 writes as a function call."""

from app.coldmail.extraction.called_state import uncalled
from app.coldmail.extraction.read import read_page

_STATE = """window.__NUXT__=(function(a,b,c,d){return {data:[{jobs:[
{id:101,title:"Ship Cook, a",location:a,department:b,url:"/jobs/101-ship-cook",open:c},
{id:102,title:"Sail Maker",location:a,department:b,url:"/jobs/102-sail-maker",open:d}]}]}}("Porto (a)","Galley, b",!0,void 0));"""


def test_its_jobs_are_read_with_the_arguments_in_place() -> None:
    page = read_page(f"<html><title>Openings</title><div id=__nuxt></div><script>{_STATE}</script></html>")
    assert [(job.title, job.locations) for job in page.jobs] == [
        ("Ship Cook, a", ("Porto (a)",)),
        ("Sail Maker", ("Porto (a)",)),
    ]


def test_another_script_is_no_call() -> None:
    assert uncalled("window.__NUXT__={data:[]}") is None
    assert uncalled("window.__NUXT__=(function(a){return {b:a}") is None
    assert uncalled("(function(a){return {b:a}})") is None
