"""What goes out about a public post: nothing by itself. A person answers under the post from the official account.

That it was answered is recorded by the operator (`receive.replied`), and the matter cannot be closed before.
"""
