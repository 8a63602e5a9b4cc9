"""The pages of the situation room and their addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from anxin.programmes.situation.pages import duty, exercise, morning, room, rules_page, wall

app_name = "situation"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", room.front, name="front"),
    path("briefing", morning.own, name="own_briefing"),
    path("platforms", rules_page.arrange, name="platforms"),
    path("drills", exercise.page, name="drills"),
    path("drills/<int:pk>", exercise.one, name="drill"),
    path("drills/<int:pk>/<int:place>", exercise.answer, name="answer"),
    path("drills/<int:pk>/end", exercise.end, name="end_drill"),
    path("drills/<int:pk>/review", exercise.conclude, name="review"),
    path("wall", wall.page, name="wall"),
    path("wall/data.json", wall.data, name="wall_data"),
    path("wall/<str:word>", wall.link, name="wall_link"),
    path("<str:code>", room.one, name="town"),
    path("<str:code>/points.json", room.points_of, name="points"),
    path("<str:code>/roster", duty.page, name="roster"),
    path("<str:code>/roster/<int:pk>/withdraw", duty.withdraw, name="withdraw"),
    path("<str:code>/roster/copy", duty.copy, name="copy"),
    path("<str:code>/roster/table", duty.take_in, name="table"),
    path("<str:code>/handover", duty.hand_over, name="hand_over"),
    path("<str:code>/handover/<int:pk>", duty.take_over, name="take_over"),
    path("<str:code>/warnings/<int:pk>", rules_page.note, name="note"),
    path("<str:code>/rules", rules_page.page, name="rules"),
    path("<str:code>/rules/new", rules_page.edit, name="new_rule"),
    path("<str:code>/rules/<str:name>/edit", rules_page.edit, name="rule"),
    path("<str:code>/rules/<int:pk>/back", rules_page.take_back, name="take_back"),
    path("<str:code>/briefing", morning.page, name="briefing"),
    path("<str:code>/briefing.docx", morning.paper, name="paper"),
    path("<str:code>/screens", wall.manage, name="screens"),
    path("<str:code>/screens/<int:pk>/revoke", wall.revoke, name="revoke"),
]
