"""The German start texts. `{{ commune.name }}` is filled in when a page is shown."""

from __future__ import annotations

from typing import Any

HOME: dict[str, Any] = {
    "title": "Startseite",
    "seo_title": "{{ commune.name }}: Anliegen erledigen und mitmachen",
    "introduction": "Anliegen in {{ commune.name }} online erledigen, Anträge verfolgen und mitmachen.",
    "question": "Was möchten Sie erledigen?",
    "placeholder": "Zum Beispiel: Parkausweis",
    "errands_title": "Am häufigsten erledigt",
    "participation_title": "Machen Sie mit",
}

IMPRINT = [
    ("heading", "Haftung für Inhalte und Links"),
    (
        "text",
        "<p>Wir prüfen die Inhalte dieses Portals sorgfältig und halten sie aktuell. Für Seiten anderer Anbieter, "
        "auf die "
        "wir verweisen, sind deren Betreiber verantwortlich. Wird uns ein Rechtsverstoß bekannt, entfernen wir den "
        "Link.</p>",
    ),
    ("heading", "Urheberrecht"),
    (
        "text",
        "<p>Texte und Bilder dieses Portals sind urheberrechtlich geschützt. Amtliche Bekanntmachungen, Satzungen "
        "und "
        "Verordnungen sind gemeinfrei (§ 5 Urheberrechtsgesetz).</p>",
    ),
    ("heading", "Verbraucherstreitbeilegung"),
    (
        "text",
        "<p>Wir nehmen an Streitbeilegungsverfahren vor einer Verbraucherschlichtungsstelle nicht teil und sind "
        "dazu nicht "
        "verpflichtet.</p>",
    ),
]

PRIVACY = [
    ("heading", "Das Wichtigste zuerst"),
    (
        "text",
        "<ul><li>Wir verwenden nur die Daten, die für Ihr Anliegen nötig sind.</li>"
        "<li>Dieses Portal lädt nichts von anderen Anbietern: keine Schriften, keine Karten, keine Filme, keine "
        "Zählpixel.</li>"
        "<li>Wer nur liest, erhält kein Cookie.</li></ul>",
    ),
    ("heading", "Wenn Sie Seiten lesen"),
    (
        "text",
        "<p>Unser Server erhält Ihre IP-Adresse, die Adresse der Seite und die Zeit, um die Seite auszuliefern und "
        "Angriffe "
        "abzuwehren. Rechtsgrundlage ist Artikel 6 Absatz 1 Buchstabe e der Datenschutz-Grundverordnung (DSGVO).</p>",
    ),
    ("heading", "Wenn Sie einen Antrag stellen"),
    (
        "text",
        "<p>Wir verarbeiten Ihre Angaben, um Ihren Antrag zu bearbeiten. Rechtsgrundlage ist Artikel 6 Absatz 1 "
        "Buchstaben c "
        "und e DSGVO zusammen mit dem Gesetz, das für Ihr Anliegen gilt; es steht auf der Seite der Leistung. Ihre "
        "Daten "
        "erhalten nur die Stellen, die über den Antrag entscheiden oder daran beteiligt sind. Wir löschen sie, "
        "wenn die "
        "Frist für ihre Aufbewahrung abgelaufen ist.</p>",
    ),
    ("heading", "Wenn Sie sich anmelden"),
    (
        "text",
        "<p>Solange Sie angemeldet sind, merkt sich ein Cookie Ihre Sitzung. Ein weiteres schützt Formulare vor "
        "Missbrauch. Ein drittes merkt sich ein Jahr lang, dass Sie sich mit diesem Browser angemeldet haben: So kann "
        "niemand Ihr Konto mit falschen Passwörtern für Sie sperren. Alle drei sind technisch notwendig und nennen "
        "weder Ihren Namen noch Ihre Adresse.</p>",
    ),
    ("heading", "Wenn Sie mitmachen"),
    (
        "text",
        "<p>Ihre Idee erscheint öffentlich, mit dem Namen, den Sie angeben. Ihre E-Mail-Adresse veröffentlichen "
        "wir nicht. "
        "Sie können Ihre Idee jederzeit zurückziehen.</p>",
    ),
    ("heading", "Ihre Rechte"),
    (
        "text",
        "<p>Sie haben das Recht auf Auskunft, Berichtigung, Löschung, Einschränkung der Verarbeitung und "
        "Widerspruch (Artikel 15 bis 21 DSGVO). Sie können sich bei der Datenschutzaufsicht Ihres Landes beschweren "
        "(Artikel 77 DSGVO).</p>",
    ),
]

ACCESSIBILITY = [
    (
        "text",
        "<p>Diese Erklärung gilt für das Portal {{ commune.host }}.</p>",
    ),
    ("heading", "Wie barrierefrei ist dieses Portal?"),
    (
        "text",
        "<p>Das Portal ist nach den Regeln der Europäischen Norm EN 301 549 und der Web Content Accessibility "
        "Guidelines "
        "(WCAG) 2.2, Stufe AA, gestaltet. Es funktioniert mit Tastatur und Screenreader, ohne JavaScript, bei 400 "
        "Prozent "
        "Vergrößerung und auf schmalen Bildschirmen. Jede neue Version wird automatisch und von Menschen geprüft. "
        "Eine "
        "förmliche Selbstbewertung für {{ commune.name }} liegt noch nicht vor.</p>",
    ),
    ("heading", "Was noch nicht barrierefrei ist"),
    (
        "text",
        "<p>Dateien, die vor dem Start des Portals entstanden sind, können Barrieren enthalten. Brauchen Sie eine "
        "davon in "
        "zugänglicher Form? Schreiben Sie uns, wir schicken sie Ihnen.</p>",
    ),
]

EASY = [
    ("heading", "Was können Sie hier machen?"),
    (
        "text",
        "<p>Das ist die Internet-Seite von {{ commune.name }}.</p>"
        "<p>Hier können Sie Anträge stellen.<br/>Ein Antrag ist eine Bitte an das Rathaus.<br/>"
        "Zum Beispiel: Sie wollen vor Ihrem Haus parken.</p>"
        "<p>Manche Anträge beantworten wir sofort.<br/>Bei anderen Anträgen prüft ein Mensch Ihre Angaben.</p>",
    ),
    ("heading", "So finden Sie etwas"),
    (
        "text",
        "<p>Auf der ersten Seite steht ein großes Feld.<br/>Schreiben Sie in das Feld, was Sie suchen.<br/>"
        "Dann drücken Sie auf: Suchen.</p>"
        "<p>Oben steht ein Menü.<br/>Das Menü hat diese Teile:</p>"
        "<ul><li>Anliegen: Hier stellen Sie Anträge.</li><li>Mitmachen: Hier schreiben Sie Ihre Ideen auf.</li>"
        "<li>Rathaus: Hier steht, wer für Sie arbeitet.</li><li>Aktuelles: Hier stehen Nachrichten.</li></ul>",
    ),
    ("heading", "Brauchen Sie Hilfe?"),
    (
        "text",
        "<p>Rufen Sie an.<br/>Die Telefon-Nummer ist: 115.<br/>Oder kommen Sie in das Rathaus. Wir helfen Ihnen "
        "gern.</p>",
    ),
]

PAGES: dict[str, dict[str, Any]] = {
    "anliegen": {
        "title": "Anliegen",
        "introduction": "Alles, was Sie bei uns erledigen können. Mit „sofort“ gekennzeichnete Anliegen "
        "entscheidet das "
        "System ohne Wartezeit, auch am Sonntag.",
    },
    "mitmachen": {
        "title": "Mitmachen",
        "introduction": "Eine Idee für {{ commune.name }} beginnt mit einem Satz. Schreiben Sie ihn auf, finden Sie "
        "andere, die mitmachen, und bringen Sie Ihr Vorhaben auf den Weg.",
    },
    "rathaus": {
        "title": "Rathaus",
        "introduction": "Wer in {{ commune.name }} entscheidet, wer für Sie arbeitet und wie Sie uns erreichen.",
        "body": [
            ("heading", "Verwaltung"),
            (
                "text",
                "<p>Die Verwaltung setzt um, was der Rat beschließt, und ist für Ihre Anliegen da. Vieles "
                "erledigen Sie "
                "online, zu jeder Zeit. Brauchen Sie ein Gespräch, kommen Sie vorbei oder rufen Sie an.</p>",
            ),
            ("heading", "Rat und Ausschüsse"),
            (
                "text",
                "<p>Der Rat ist die gewählte Vertretung der Bürgerinnen und Bürger. Seine Sitzungen sind in der "
                "Regel "
                "öffentlich: Sie können zuhören und in der Einwohnerfragestunde Fragen stellen.</p>",
            ),
            (
                "accordion",
                [
                    (
                        "Wie erreiche ich die Verwaltung?",
                        "<p>Unter der Telefonnummer 115, montags bis freitags von 8 bis 18 Uhr, oder über die Seite "
                        "Kontakt.</p>",
                    ),
                    (
                        "Wo verfolge ich meinen Antrag?",
                        "<p>Unter „Antrag verfolgen“ am Fuß jeder Seite. Sie brauchen die Vorgangsnummer und den "
                        "Zugangscode aus Ihrer Bestätigung.</p>",
                    ),
                    (
                        "Wie prüfe ich, ob ein Dokument echt ist?",
                        "<p>Unter „Dokument prüfen“ am Fuß jeder Seite: mit dem QR-Code oder der Datei selbst.</p>",
                    ),
                ],
            ),
        ],
    },
    "aktuelles": {"title": "Aktuelles", "introduction": "Was in {{ commune.name }} gerade wichtig ist."},
    "veranstaltungen": {"title": "Veranstaltungen", "introduction": "Was in {{ commune.name }} los ist."},
    "kontakt": {
        "title": "Kontakt und Öffnungszeiten",
        "introduction": "So erreichen Sie uns: am Telefon, schriftlich oder vor Ort.",
    },
    "impressum": {"title": "Impressum", "introduction": "Angaben nach § 5 Digitale-Dienste-Gesetz.", "body": IMPRINT},
    "datenschutz": {
        "title": "Datenschutz",
        "introduction": "Welche Daten wir verarbeiten, warum wir das dürfen und welche Rechte Sie haben.",
        "body": PRIVACY,
    },
    "barrierefreiheit": {
        "title": "Erklärung zur Barrierefreiheit",
        "introduction": "{{ commune.name }} will, dass alle Menschen dieses Portal benutzen können.",
        "body": ACCESSIBILITY,
    },
    "leichte-sprache": {
        "title": "Leichte Sprache",
        "introduction": "Hier erklären wir das Portal in Leichter Sprache.",
        "body": EASY,
    },
}
