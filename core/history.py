"""History of changes: triggers write who, when, before, after in the same transaction, also for bulk SQL."""

import pghistory
import pgtrigger

_LEVEL = pgtrigger.Statement


def tracked(*, inserts: bool = False, **options):
    """Class decorator: keep each old version of a row on update and delete (and the first one with `inserts`)
    in a model `<Model>History`.

    Who did it comes from the context that the middleware, a job or a command opens.
    """
    trackers = [
        pghistory.UpdateEvent(row=pghistory.Old, level=_LEVEL),
        pghistory.DeleteEvent(row=pghistory.Old, level=_LEVEL),
    ]
    if inserts:
        trackers.append(pghistory.InsertEvent(level=_LEVEL))

    def decorate(model):
        name = f"{model._meta.verbose_name}变更历史"
        return pghistory.track(
            *trackers,
            obj_field=pghistory.ObjForeignKey(related_name="history"),
            model_name=f"{model.__name__}History",
            meta={"verbose_name": name, "verbose_name_plural": name},
            **options,
        )(model)

    return decorate
