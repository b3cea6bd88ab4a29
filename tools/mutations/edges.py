"""The edges: what comes in from outside, and what goes out in files."""

from tools.mutations import Mutation

NGINX = "src/guichet/gateway/templates/nginx.conf.j2"

MUTATIONS = (
    Mutation(
        "headers-of-identity",
        "Nobody says who they are by a header: the gateway drops those.",
        "src/guichet/gateway/nginx_conf.py",
        '    "X-User-Id",\n',
        "",
        ("tests/gateway/test_nginx_conf.py::test_no_header_of_a_client_says_who_is_asking",),
    ),
    Mutation(
        "headers-dropped",
        "Headers that name a caller do not reach a service.",
        NGINX,
        '    proxy_set_header {{ name }} "";\n',
        "",
        ("tests/gateway/test_nginx_conf.py::test_forged_headers_are_dropped_by_any_nginx",),
    ),
    Mutation(
        "formulas-in-csv",
        "No cell of a list that an organiser opens is run as a formula.",
        "src/guichet/kernel/spreadsheets.py",
        'return f"\'{text}" if text.startswith(FORMULA_STARTS) else text',
        "return text",
        ("tests/kernel/test_spreadsheets.py::test_what_looks_like_a_formula_is_a_text",),
    ),
    Mutation(
        "picture-pixels",
        "A small file that claims a huge picture is not decoded.",
        "src/guichet/events/pictures.py",
        "if image.width * image.height > PIXELS_MAX:",
        "if image.width > PIXELS_MAX:",
        ("tests/events/test_pictures.py::test_a_sound_picture_is_refused_by_its_pixels",),
    ),
    Mutation(
        "picture-bytes",
        "A file that is too large is refused.",
        "src/guichet/events/pictures.py",
        "if not upload or len(upload) > UPLOAD_BYTES_MAX:",
        "if not upload:",
        ("tests/events/test_pictures.py::test_a_sound_picture_is_refused_by_its_bytes",),
    ),
    Mutation(
        "upload-bytes",
        "Of a body that is too large no more is read than is accepted.",
        "src/guichet/kernel/uploads.py",
        "        if size > bytes_max:\n",
        "        if size < 0:\n",
        (
            "tests/kernel/test_uploads.py::test_reading_stops_where_too_much_came",
            "tests/kernel/test_uploads.py::test_a_body_that_claims_little_is_counted_all_the_same",
        ),
    ),
    Mutation(
        "body-bytes",
        "Of a huge body no service reads a byte.",
        NGINX,
        "    client_max_body_size {{ body_kilobytes }}k;\n",
        "    client_max_body_size 0;\n",
        (
            "tests/gateway/test_live.py::test_a_body_beyond_the_limit_is_refused_and_an_image_is_not",
        ),
    ),
    Mutation(
        "slow-bodies-kept-back",
        "Whoever sends slowly takes no room in a service.",
        NGINX,
        "proxy_request_buffering on;",
        "proxy_request_buffering off;",
        (
            "tests/gateway/test_passwords_under_way.py::test_whoever_sends_a_login_slowly_takes_nobody_s_place",
        ),
    ),
    Mutation(
        "sign-in-rate",
        "Nobody tries passwords as fast as the line allows.",
        NGINX,
        "            limit_req zone=sign_in burst={{ sign_in_burst }} nodelay;\n",
        "",
        ("tests/gateway/test_live.py::test_guessing_passwords_is_slowed_down",),
    ),
    Mutation(
        "passwords-under-way",
        "A flood of logins does not queue up at auth.",
        NGINX,
        " max_conns={{ passwords_per_instance }};",
        ";",
        (
            "tests/gateway/test_passwords_under_way.py::test_beyond_what_auth_hashes_in_time_logins_are_refused_at_once",
        ),
    ),
    Mutation(
        "internal-from-outside",
        "Routes between services do not exist outside.",
        NGINX,
        "        location ~ ^/api/v1/[^/]+/internal(/|$) { return 404; }\n",
        "",
        ("tests/gateway/test_live.py::test_routes_between_services_do_not_exist_outside",),
    ),
    Mutation(
        "hot-body-bytes",
        "A sale's routes read no more of a body than they accept.",
        "src/guichet/kernel/hot_route.py",
        "        if size > bytes_max:\n",
        "        if size < 0:\n",
        ("tests/kernel/test_hot_route.py::test_a_body_is_bounded",),
    ),
    Mutation(
        "event-edits-in-turn",
        "Of two edits of an event the second one knows the first.",
        "src/guichet/events/repository/reading.py",
        """.where(events.c.id == event_id)
            .with_for_update()""",
        ".where(events.c.id == event_id)",
        ("tests/events/test_repository.py::test_of_two_edits_of_an_event_one_waits_for_the_other",),
    ),
    Mutation(
        "profile-changes-in-turn",
        "Of two changes of a profile the second one knows the first.",
        "src/guichet/users/repository/profile_rows.py",
        "_VISIBLE).with_for_update()",
        "_VISIBLE)",
        (
            "tests/users/test_repository.py::test_of_two_changes_of_a_profile_one_waits_for_the_other",
        ),
    ),
)
