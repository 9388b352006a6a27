"""Circles in what waits for what."""

from collections.abc import Iterator, Mapping, Sequence


def circles(edges: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Each circle once, in the order of its steps. Every edge is walked once, without recursion."""
    done: set[str] = set()
    for start in edges:
        path: dict[str, None] = {}
        stack = [(start, 0)]
        while stack and start not in done:
            name, at = stack.pop()
            path[name] = None
            following = edges[name][at] if at < len(edges[name]) else None
            if following is None:
                done.add(name)
                path.pop(name)
                continue
            stack.append((name, at + 1))
            if following in path:
                names = list(path)
                yield names[names.index(following) :]
                done.update(names[names.index(following) :])
                break
            if following not in done:
                stack.append((following, 0))
        done.update(path)
