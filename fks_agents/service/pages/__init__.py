"""The dashboard, below `/desk`: each public module here is a page, with `PAGE` and `async def show(visit)`."""
