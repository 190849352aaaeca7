"""Papers of a case: what a file is, is decided by its content."""

import pytest

from casework import papers
from casework.models import Attachment
from core.errors import NotAllowed, UserError
from tests import factories
from tests.relief import stories

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


def test_a_photo_is_kept_with_its_type_whatever_it_is_called():
    clerk = factories.user("township_clerk")
    case = stories.apply(stories.family(), clerk)
    added = papers.attach(case, "入户调查表及照片", "照片.doc", PNG, clerk)
    assert added.file.content_type == "image/png"
    assert case.events.filter(action="attach").exists()


def test_a_program_in_disguise_is_refused():
    clerk = factories.user("township_clerk")
    case = stories.apply(stories.family(), clerk)
    with pytest.raises(UserError, match="只能上传照片"):
        papers.attach(case, "其他", "照片.jpg", b"MZ\x90\x00", clerk)
    with pytest.raises(UserError, match="10 MB"):
        papers.attach(case, "其他", "大.pdf", b"%PDF-" + b"0" * papers.MAX_BYTES, clerk)
    assert not Attachment.objects.exists()


def test_a_withdrawn_paper_stays_marked():
    clerk = factories.user("township_clerk")
    case = stories.apply(stories.family(), clerk)
    added = papers.attach(case, "其他", "a.png", PNG, clerk)
    papers.withdraw_attachment(added, "拍错了", clerk)
    added.refresh_from_db()
    assert added.removed_reason == "拍错了"
    with pytest.raises(UserError, match="已经作废"):
        papers.withdraw_attachment(added, "再来", clerk)


def test_a_visit_takes_two():
    clerk = factories.user("township_clerk")
    case = stories.apply(stories.family(), clerk)
    with pytest.raises(UserError, match="两名"):
        papers.record_visit(
            case, clerk, visited_on=stories.DAY, visitors=["周敏", " 周敏 "], living="好", signed_by="甲"
        )


def test_foreign_papers_are_not_taken():
    case = stories.apply(stories.family(), factories.user("township_clerk"))
    foreign = factories.user("township_clerk", factories.OTHER_TOWNSHIP)
    with pytest.raises(NotAllowed):
        papers.attach(case, "其他", "a.png", PNG, foreign)
