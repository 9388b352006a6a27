"""Fusing two rankings, and weighing evidence."""

import pytest

from app.kernel.retrieval import MINILM_PROFILE, WORDLLAMA_PROFILE, Fusion, RetrievalProfile, evidence, fuse


def test_each_half_is_scaled_over_its_own_candidates_and_weighed() -> None:
    fused = dict(fuse({1: 12.0, 2: 7.0, 3: 2.0}, {3: 0.9, 2: 0.5, 4: 0.1}, lexical_weight=0.6))
    assert fused == pytest.approx({1: 0.6, 2: 0.3 + 0.2, 3: 0.4, 4: 0.0})


def test_the_best_come_first_and_ties_go_to_the_lower_row() -> None:
    fused = fuse({9: 1.0, 4: 1.0, 7: 0.0}, {4: 0.5, 9: 0.5, 7: 0.1}, lexical_weight=0.5)
    assert [row for row, _ in fused] == [4, 9, 7]


@pytest.mark.parametrize("fusion", Fusion)
def test_a_half_alone_keeps_the_whole_range(fusion: Fusion) -> None:
    only_words = fuse({1: 8.0, 2: 4.0}, {}, lexical_weight=0.6, fusion=fusion)
    only_vectors = fuse({}, {1: 0.8, 2: 0.4}, lexical_weight=0.6, fusion=fusion)
    assert only_words == only_vectors
    assert dict(only_words)[1] == pytest.approx(1.0)
    assert fuse({}, {}, lexical_weight=0.6, fusion=fusion) == []


def test_equal_scores_are_all_as_good_as_the_best() -> None:
    assert dict(fuse({1: 3.0, 2: 3.0}, {}, lexical_weight=0.6)) == {1: 1.0, 2: 1.0}


def test_reciprocal_ranks_look_at_places_only() -> None:
    near = fuse({1: 100.0, 2: 1.0}, {1: 0.9, 2: 0.8}, lexical_weight=0.6, fusion=Fusion.RRF)
    far = fuse({1: 2.0, 2: 1.0}, {1: 0.81, 2: 0.8}, lexical_weight=0.1, fusion=Fusion.RRF)
    assert near == far
    assert dict(near) == pytest.approx({1: 1.0, 2: 61 / 62})


@pytest.mark.parametrize("profile", [MINILM_PROFILE, WORDLLAMA_PROFILE])
def test_evidence_grows_with_both_features_and_the_threshold_parts_clear_cases(
    profile: RetrievalProfile,
) -> None:
    clear = evidence(profile, coverage=0.8, cosine=0.6)
    foreign = evidence(profile, coverage=0.2, cosine=0.3)
    assert foreign < profile.abstain_below < clear
    assert evidence(profile, coverage=0.3, cosine=0.5) < evidence(profile, coverage=0.6, cosine=0.5)
    assert evidence(profile, coverage=0.5, cosine=0.3) < evidence(profile, coverage=0.5, cosine=0.6)
