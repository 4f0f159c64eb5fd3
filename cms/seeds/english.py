"""The English start texts."""

from __future__ import annotations

from typing import Any

HOME: dict[str, Any] = {
    "title": "Home",
    "seo_title": "{{ commune.name }}: get things done and take part",
    "introduction": "Get things done online in {{ commune.name }}, follow your applications and take part.",
    "question": "What would you like to do?",
    "placeholder": "For example: parking permit",
    "errands_title": "Most wanted",
    "participation_title": "Take part",
}

IMPRINT = [
    ("heading", "Liability for content and links"),
    (
        "text",
        "<p>We check the content of this portal with care and keep it up to date. Other providers are responsible "
        "for their "
        "own pages. If we learn that a linked page breaks the law, we remove the link.</p>",
    ),
    ("heading", "Copyright"),
    (
        "text",
        "<p>Texts and pictures of this portal are protected by copyright. Official notices, by-laws and "
        "regulations are in "
        "the public domain (section 5 of the German Copyright Act).</p>",
    ),
    ("heading", "Consumer dispute resolution"),
    (
        "text",
        "<p>We do not take part in dispute resolution before a consumer arbitration board and are not obliged to.</p>",
    ),
]

PRIVACY = [
    ("heading", "In short"),
    (
        "text",
        "<ul><li>We only use the data that your errand needs.</li>"
        "<li>This portal loads nothing from other providers: no fonts, no maps, no films, no trackers.</li>"
        "<li>If you only read, you get no cookie.</li></ul>",
    ),
    ("heading", "When you read pages"),
    (
        "text",
        "<p>Our server receives your IP address, the address of the page and the time, in order to deliver the "
        "page and to "
        "fend off attacks. The legal basis is Article 6(1)(e) of the General Data Protection Regulation (GDPR).</p>",
    ),
    ("heading", "When you apply for something"),
    (
        "text",
        "<p>We process what you tell us in order to handle your application. The legal basis is Article 6(1)(c) "
        "and (e) GDPR "
        "together with the law that applies to your errand; it is named on the page of the service. Only the "
        "offices that "
        "decide on your application or take part in it receive your data. We delete it when its retention period "
        "ends.</p>",
    ),
    ("heading", "When you sign in"),
    (
        "text",
        "<p>While you are signed in, a cookie remembers your session. Another one protects forms against abuse. "
        "A third remembers for a year that you have signed in with this browser: so nobody can lock your account for "
        "you by wrong passwords. All three are technically necessary and name neither you nor your address.</p>",
    ),
    ("heading", "When you take part"),
    (
        "text",
        "<p>Your idea is published with the name you give. We do not publish your e-mail address. You can withdraw "
        "your idea "
        "at any time.</p>",
    ),
    ("heading", "Your rights"),
    (
        "text",
        "<p>You have the right of access, rectification, erasure, restriction of processing and objection "
        "(Articles 15 to 21 "
        "GDPR). You can complain to the data protection authority of your state (Article 77 GDPR).</p>",
    ),
]

ACCESSIBILITY = [
    ("text", "<p>This statement applies to the portal {{ commune.host }}.</p>"),
    ("heading", "How accessible is this portal?"),
    (
        "text",
        "<p>The portal follows the European standard EN 301 549 and the Web Content Accessibility Guidelines "
        "(WCAG) 2.2, "
        "level AA. It works with a keyboard and a screen reader, without JavaScript, at 400 per cent zoom and on "
        "narrow "
        "screens. Every new version is checked automatically and by people. There is no formal self-assessment for "
        "{{ commune.name }} yet.</p>",
    ),
    ("heading", "What is not accessible yet"),
    (
        "text",
        "<p>Files made before this portal opened may contain barriers. Do you need one of them in an accessible "
        "form? Write "
        "to us and we will send it to you.</p>",
    ),
]

EASY = [
    ("heading", "What can you do here?"),
    (
        "text",
        "<p>This is the website of {{ commune.name }}.</p>"
        "<p>You can apply for things here.<br/>To apply means: you ask the town hall for something.<br/>"
        "For example: you want to park near your home.</p>"
        "<p>Some answers come at once.<br/>For other answers a person checks what you wrote.</p>",
    ),
    ("heading", "How to find something"),
    (
        "text",
        "<p>There is a big field on the first page.<br/>Write down what you are looking for.<br/>Then press: "
        "Search.</p>",
    ),
    ("heading", "Do you need help?"),
    ("text", "<p>Call us.<br/>The phone number is: 115.<br/>Or come to the town hall. We are happy to help.</p>"),
]

PAGES: dict[str, dict[str, Any]] = {
    "anliegen": {
        "title": "Services",
        "introduction": "Everything you can do with us. Services marked “instant” are decided by the system without "
        "waiting, even on a Sunday.",
    },
    "mitmachen": {
        "title": "Take part",
        "introduction": "An idea for {{ commune.name }} begins with one sentence. Write it down, find others who "
        "join in, "
        "and get your project under way.",
    },
    "rathaus": {
        "title": "Town hall",
        "introduction": "Who decides in {{ commune.name }}, who works for you and how to reach us.",
        "body": [
            ("heading", "Administration"),
            (
                "text",
                "<p>The administration carries out what the council decides and is there for your errands. Many of "
                "them can "
                "be done online at any time. If you would like to talk to somebody, come in or call us.</p>",
            ),
            ("heading", "Council and committees"),
            (
                "text",
                "<p>The council is elected by the citizens. Its meetings are usually public: you can listen and ask "
                "questions during question time.</p>",
            ),
            (
                "accordion",
                [
                    (
                        "How do I reach the administration?",
                        "<p>By phone: 115, Monday to Friday from 8 am to 6 pm, or through the contact page.</p>",
                    ),
                    (
                        "Where do I follow my application?",
                        "<p>At “Follow an application” at the foot of every page. You need the case number and the "
                        "access "
                        "code from your confirmation.</p>",
                    ),
                    (
                        "How do I check whether a document is genuine?",
                        "<p>At “Check a document” at the foot of every page: with the QR code or the file itself.</p>",
                    ),
                ],
            ),
        ],
    },
    "aktuelles": {"title": "News", "introduction": "What matters in {{ commune.name }} right now."},
    "veranstaltungen": {"title": "Events", "introduction": "What is on in {{ commune.name }}."},
    "kontakt": {
        "title": "Contact and opening hours",
        "introduction": "How to reach us: by phone, in writing or in person.",
    },
    "impressum": {
        "title": "Legal notice",
        "introduction": "Information under section 5 of the German Digital Services Act (DDG).",
        "body": IMPRINT,
    },
    "datenschutz": {
        "title": "Privacy",
        "introduction": "Which data we process, why we may do so and which rights you have.",
        "body": PRIVACY,
    },
    "barrierefreiheit": {
        "title": "Accessibility statement",
        "introduction": "{{ commune.name }} wants everybody to be able to use this portal.",
        "body": ACCESSIBILITY,
    },
    "leichte-sprache": {
        "title": "Easy language",
        "introduction": "Here we explain the portal in simple words.",
        "body": EASY,
    },
}
