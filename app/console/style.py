"""The look of the console in one place: a theme for Streamlit and the CSS of our own classes."""

from typing import Any

THEME: dict[str, Any] = {
    "theme.base": "light",
    "theme.primaryColor": "#0f766e",
    "theme.backgroundColor": "#ffffff",
    "theme.secondaryBackgroundColor": "#f6f7f6",
    "theme.textColor": "#1c2523",
    "theme.borderColor": "#e2e6e4",
    "theme.baseRadius": "0.6rem",
    "theme.linkColor": "#0f766e",
}

_MARK = (
    '<rect x="1" y="3" width="22" height="22" rx="7" fill="#0f766e"/>'
    '<rect x="8" y="9" width="3" height="10" rx="1.5" fill="#fff"/>'
    '<rect x="13.5" y="9" width="3" height="10" rx="1.5" fill="#fff"/>'
)
ICON = f'<svg xmlns="http://www.w3.org/2000/svg" width="24" height="28" viewBox="0 0 24 28">{_MARK}</svg>'
LOGO = (
    f'<svg xmlns="http://www.w3.org/2000/svg" width="132" height="28" viewBox="0 0 132 28">{_MARK}'
    '<text x="32" y="19.5" font-family="Source Sans, sans-serif" font-size="16.5" font-weight="600" '
    'fill="#1c2523">genai-ops</text></svg>'
)

CSS = """
.stMainBlockContainer { padding-top: 4.6rem; padding-bottom: 2.5rem; }
.g-lead h1 { font-size: 1.75rem; font-weight: 650; letter-spacing: -0.015em; margin: 0; padding: 0 0 .25rem; }
.g-lead p { color: #5d6966; margin: 0; font-size: 1rem; }
.g-small { color: #626d69; font-size: .82rem; line-height: 1.45; overflow-wrap: anywhere; }
.g-label { color: #5d6966; font-size: .82rem; font-weight: 600; }
.g-question { background: #eef4f2; border-radius: 1rem 1rem .3rem 1rem; padding: .6rem .95rem; width: fit-content;
  max-width: 88%; margin: .4rem 0 0 auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.g-answer { font-size: 1.04rem; line-height: 1.62; white-space: pre-wrap; overflow-wrap: anywhere; }
.g-cite { background: #dcefeb; color: #0b5a54; border-radius: .3rem; font-weight: 650; font-size: .68rem;
  padding: .08rem .32rem; margin: 0 .1rem 0 .15rem; vertical-align: .28em; line-height: 1; }
.g-caret { display: inline-block; width: .5rem; height: 1.05rem; border-radius: 2px; background: #0f766e;
  vertical-align: -.15rem; margin-left: .15rem; animation: g-blink 1s steps(2) infinite; }
@keyframes g-blink { 50% { opacity: .15; } }
.g-passage { border: 1px solid #e2e6e4; border-radius: .7rem; overflow: hidden; background: #fff; }
.g-passage-head { display: flex; gap: .6rem; align-items: baseline; justify-content: space-between;
  background: #f6f7f6; border-bottom: 1px solid #e2e6e4; padding: .5rem .9rem; font-size: .86rem; }
.g-file { font-weight: 600; overflow-wrap: anywhere; }
.g-page { color: #5d6966; white-space: nowrap; }
.g-note { padding: .5rem .9rem 0; color: #8a5a00; font-size: .84rem; }
.g-text { padding: .8rem .9rem; font-size: .93rem; line-height: 1.6; color: #44504d; white-space: pre-line;
  overflow-wrap: anywhere; }
.g-text mark { background: #fdf0b5; color: #1c2523; border-radius: .2rem; padding: .08rem .05rem;
  box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.g-reading { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .93rem; line-height: 1.6; }
.g-notice { display: flex; flex-direction: column; gap: .15rem; border-radius: .7rem; padding: .75rem .95rem;
  border: 1px solid #e2e6e4; background: #f6f7f6; overflow-wrap: anywhere; }
.g-notice span { color: #44504d; font-size: .94rem; }
.g-notice.g-good { background: #edf7f1; border-color: #cfe8da; }
.g-notice.g-bad { background: #fdf3f1; border-color: #f3d6cf; }
.g-steps { margin: .2rem 0 .4rem; padding-left: 1.3rem; line-height: 1.8; }
.g-steps code, .g-notice code { background: #eef0ef; border-radius: .3rem; color: #1c2523; font-size: .88em;
  padding: .1rem .3rem; overflow-wrap: anywhere; }
.g-row { display: flex; gap: .8rem; align-items: center; justify-content: space-between; }
.g-row-main { min-width: 0; flex: 1; }
.g-row-aside { color: #626d69; font-size: .84rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
.g-row-title { font-weight: 600; overflow-wrap: anywhere; line-height: 1.35; }
.g-row-text { color: #626d69; font-size: .84rem; overflow-wrap: anywhere; }
.g-chip { font-size: .76rem; font-weight: 600; border-radius: 1rem; padding: .12rem .6rem; white-space: nowrap; }
.g-chip.g-good { background: #e3f3ea; color: #1c6b41; }
.g-chip.g-busy { background: #fdf3d7; color: #805a00; }
.g-chip.g-bad { background: #fbe6e2; color: #a13422; }
.g-chip.g-calm { background: #eef0ef; color: #5d6966; }
.g-progress { border: 1px solid #e2e6e4; border-radius: .7rem; padding: .6rem .95rem; }
.g-bar { background: #eef0ef; border-radius: 1rem; height: .3rem; margin-top: .45rem; overflow: hidden; }
.g-fill { background: #0f766e; height: 100%; border-radius: 1rem; transition: width .3s; }
.g-progress.g-bad { border-color: #f3d6cf; background: #fdf3f1; }
.g-figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .6rem; }
.g-figure { border: 1px solid #e2e6e4; border-radius: .7rem; padding: .65rem .9rem; display: flex;
  flex-direction: column; }
.g-figure b { font-size: 1.3rem; font-weight: 650; letter-spacing: -.01em; }
.g-figure span { color: #626d69; font-size: .82rem; }
.g-log { border: 1px solid #e2e6e4; border-radius: .7rem; overflow: hidden; padding: .4rem 0; background: #fff;
  font: .8rem/1.55 "Source Code Pro", ui-monospace, monospace; }
.g-line { display: flex; gap: .7rem; padding: 0 .8rem; color: #626d69; }
.g-line.g-likely { color: #1c2523; background: #f6f7f6; }
.g-line.g-quoted { color: #1c2523; background: #fdf6d8; }
.g-line mark { background: #fbe28a; color: #1c2523; border-radius: .2rem; }
.g-number { min-width: 3.2em; text-align: right; color: #6b7672; user-select: none; flex: none; }
.g-words { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 0; }
.g-gap { padding: 0 .8rem 0 3.2rem; color: #6b7672; }
.st-key-examples button { justify-content: flex-start; padding: .55rem .95rem; }
.st-key-examples button p { font-size: .98rem; }
[class*="st-key-source-"] button { border-radius: 2rem; min-height: 1.9rem; padding: .12rem .75rem; font-size: .86rem; }
[class*="st-key-source-"] button p { font-size: .86rem; }
.st-key-examples button > div, .st-key-examples button > span { justify-content: flex-start; width: 100%; text-align: left; }
[data-testid="stFileChip"]:has([role="alert"]) { height: auto; max-width: none; flex-wrap: wrap; }
[data-testid="stFileChip"] [role="alert"] { position: static; clip: auto; clip-path: none; width: auto; height: auto;
  margin: 0; overflow: visible; white-space: normal; color: #a13422; font-size: .82rem; }
.st-key-below { justify-content: space-between; }
.st-key-documents-list { padding: 0; overflow: hidden; }
[class*="st-key-doc-"] { padding: .7rem .95rem; border-top: 1px solid #e2e6e4; }
[data-testid="stLayoutWrapper"]:first-child > [class*="st-key-doc-"] { border-top: 0; }
[class*="st-key-acts-"] button { color: #5d6966; min-height: 1.9rem; padding: 0 .3rem; }
[class*="st-key-acts-"] button p { font-size: .86rem; }
[class*="st-key-doc-"] > .stElementContainer:has(.g-row), [class*="st-key-job-"] > .stElementContainer:has(.g-row) {
  flex: 1 1 15rem; width: auto; min-width: 0; }
[class*="st-key-acts-"] button:hover { color: #0f766e; }
[data-testid="stFileUploaderDropzone"] { border: 1.5px dashed #c3cdc9; background: #fafbfa; padding: 1.15rem 1.1rem; }
[data-testid="stFileUploaderDropzone"]:hover { border-color: #0f766e; }
[class*="st-key-drop-"] [data-testid="stWidgetLabel"] { color: #5d6966; }
.g-tags { display: flex; flex-wrap: wrap; gap: .3rem; }
.g-tags .g-chip { white-space: normal; overflow-wrap: anywhere; }
.g-evidence { margin: 0; padding-left: 1.1rem; font-size: .88rem; line-height: 1.5; max-width: 30rem; overflow-wrap: anywhere; }
.st-key-jobs, .st-key-past, .st-key-known-failures, .st-key-failure-history, .st-key-job-runs { padding: 0; overflow: hidden; }
[class*="st-key-line-"], [class*="st-key-past-em"], [class*="st-key-fline-"], [class*="st-key-fcell-"] {
  padding: .6rem .95rem; border-top: 1px solid #e2e6e4; }
[data-testid="stLayoutWrapper"]:first-child > [class*="st-key-line-"],
[data-testid="stLayoutWrapper"]:first-child > [class*="st-key-past-em"],
[data-testid="stLayoutWrapper"]:first-child > [class*="st-key-fline-"],
[data-testid="stLayoutWrapper"]:first-child > [class*="st-key-fcell-"] { border-top: 0; }
[class*="st-key-line-"] .g-small, [class*="st-key-line-"] .g-tags { padding-left: 1.65rem; }
[class*="st-key-past-em"] > .stElementContainer:has(.g-row),
[class*="st-key-fline-"] > .stElementContainer:has(.g-row) { flex: 1 1 15rem; width: auto; min-width: 0; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; }
  .g-lead h1 { font-size: 1.45rem; }
  .g-figures { grid-template-columns: 1fr 1fr; }
  .st-key-failure-view [role="radio"] { padding: .25rem .42rem; }
  .st-key-failure-view [role="radio"] p { font-size: .82rem; }
}
""" + "\n".join(f".g-w{share} {{ width: {share}%; }}" for share in range(0, 101, 5))
