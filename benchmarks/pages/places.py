"""Where the posts of the saved pages are, read off each page by a person: the data's own list tells it for one page only.

Judged by whether the words are in what a system tells, so that neither a country behind the town nor its absence decides.
"""

STATED = {
    "jobseek_ayuda_en_accion_talentclue_jobpage.html": "Bolivia",
    "jobseek_barcelona_activa_talentclue_jobpage_admin.html": "Barcelona",
    "jobseek_decathlon_talentclue_jobpage.html": "Albacete",
    "jobseek_jsonld_neura_robotics_manager.html": "Metzingen",
    "jobseek_peoplestrong_bajaj_finserv.html": "Amritsar",
    "jobseek_peoplestrong_larsen_toubro.html": "Coimbatore",
    "schemaorg_eg-0028_jsonld.html": "Kirkland",
    "schemaorg_eg-0028_microdata.html": "Kirkland",
    "schemaorg_eg-0028_rdfa.html": "Kirkland",
    "schemaorg_eg-0268_jsonld.html": "USA",
}
