"""The edges: what comes in from outside, and what goes out in files."""

from tools.mutations import Mutation

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
        "src/guichet/gateway/templates/nginx.conf.j2",
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
)
