"""The waker: before a model server that sleeps at no replicas, it wakes it when somebody asks and lets it sleep when nobody does.

It holds nothing: when the server was last used lies in a Lease of the cluster, so any number of wakers agree, and one that is
killed is missed by nobody.
"""
