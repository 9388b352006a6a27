"""What the engine remembers, and what it does not."""

from infra.snapshot import Snapshot

STATE = Snapshot(
    {
        "urn:pulumi:dev::p::genai:durable:Bucket$aws:s3/bucket:Bucket::data": {
            "bucket": "b",
            "tags": {"k": "value"},
        },
        "urn:pulumi:dev::p::a:b:C$aws:ec2/route:Route::r": {"ids": ["nat-0123456789abcdef0"]},
    }
)


def test_resources_are_found_by_their_type_and_room():
    found = STATE.of_type("aws:s3/bucket:Bucket", room="durable")
    assert [outputs["bucket"] for outputs in found] == ["b"]
    assert list(STATE.of_type("aws:s3/bucket:Bucket", room="cluster")) == []
    assert list(STATE.of_type("genai:durable:Bucket", room="durable")) == []


def test_a_word_is_found_however_deep_it_is():
    assert STATE.mentions("value") and STATE.mentions("nat-0123456789abcdef0")
    assert not STATE.mentions("nat-0")
