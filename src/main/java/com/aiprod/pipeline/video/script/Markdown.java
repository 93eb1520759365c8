package com.aiprod.pipeline.video.script;

import com.aiprod.pipeline.video.script.Paragraph.Kind;
import com.aiprod.pipeline.video.script.StyledText.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.BulletList;
import org.commonmark.node.Code;
import org.commonmark.node.Emphasis;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.LinkReferenceDefinition;
import org.commonmark.node.ListBlock;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.StrongEmphasis;
import org.commonmark.node.Text;
import org.commonmark.node.ThematicBreak;
import org.commonmark.parser.Parser;

/**
 * Reads a text as CommonMark. A plain text is CommonMark too, except that people indent for other reasons than to show
 * code, and write HTML tags that they want to show. The tree is walked without recursion, because a text can nest
 * thousands deep.
 */
final class Markdown {

    private static final Parser PARSER = Parser.builder()
            .enabledBlockTypes(Set.of(
                    Heading.class, ThematicBreak.class, FencedCodeBlock.class, BlockQuote.class, ListBlock.class))
            .maxOpenBlockParsers(40)
            .maxInlineNesting(40)
            .build();

    /** Bullets that people type, and Markdown does not know. */
    private static final Pattern TYPED_BULLET = Pattern.compile("(?m)^[ ]*[•‣◦▪▫●○■□►▶–—·✓✔☑✅➤➜→](?=[ ])");

    /** A list that is numbered with letters or with a number and a character that Markdown does not know. */
    private static final Pattern TYPED_NUMBER = Pattern.compile("^(\\d{1,3}|\\p{L})[.):、．][ ]*\\S.*");

    private static final Pattern ITEM = Pattern.compile("^ *(?:[-*+]|\\d{1,9}[.)]) ");

    private static final Pattern CONTINUED = Pattern.compile("^(?:\\s|\\p{Ll})");

    private static final String BULLET = "• ";

    private final List<Paragraph> paragraphs = new ArrayList<>();
    private final List<StyledText> lines = new ArrayList<>();
    private StyledText line = StyledText.of("");
    private String marker = "";
    private boolean joined;
    private int strong;

    private Markdown() {}

    /** Returns the blocks of a text, without those that show nothing. */
    static List<Paragraph> read(String content) {
        Markdown reader = new Markdown();
        reader.walk(PARSER.parse(withEndedLists(TYPED_BULLET.matcher(content).replaceAll("-"))));
        return reader.paragraphs;
    }

    /**
     * Ends a list before a line that is not indented, unless it continues a sentence. Markdown takes it into the last
     * item, which few authors know.
     */
    private static String withEndedLists(String content) {
        StringBuilder ended = new StringBuilder();
        boolean item = false;
        for (String line : content.lines().toList()) {
            boolean next = ITEM.matcher(line).find();
            boolean outside =
                    !next && !line.isBlank() && !CONTINUED.matcher(line).find();
            ended.append(item && outside ? "\n" : "").append(line).append('\n');
            item = next || (item && !outside && !line.isBlank());
        }
        return ended.toString();
    }

    private void walk(Node root) {
        Node node = root;
        while (node != null) {
            enter(node);
            Node next = node.getFirstChild();
            while (next == null && node != null) {
                leave(node);
                next = node == root ? null : node.getNext();
                node = node == root ? null : node.getParent();
            }
            node = next;
        }
    }

    private void enter(Node node) {
        if (node instanceof Text text) {
            add(text.getLiteral());
        } else if (node instanceof Code code) {
            line = line.plus(StyledText.of(code.getLiteral(), Style.CODE));
        } else if (node instanceof HtmlInline html) {
            add(html.getLiteral());
        } else if (node instanceof SoftLineBreak || node instanceof HardLineBreak) {
            endLine();
        } else if (node instanceof Emphasis || node instanceof StrongEmphasis) {
            strong++;
        } else if (node instanceof FencedCodeBlock code) {
            code.getLiteral().lines().forEach(row -> {
                line = StyledText.of(row, Style.CODE);
                endLine();
            });
            end(Kind.CODE);
        } else if (node instanceof LinkReferenceDefinition link) {
            add(link.getLabel() + ": " + link.getDestination());
            end(Kind.TEXT);
        } else if (node instanceof ListItem item) {
            marker = marker(item);
            joined = item.getPrevious() != null;
        }
    }

    private void leave(Node node) {
        if (node instanceof Emphasis || node instanceof StrongEmphasis) {
            strong--;
        } else if (node instanceof Heading) {
            end(Kind.HEADING);
        } else if (node instanceof org.commonmark.node.Paragraph) {
            end(Kind.TEXT);
        } else if (node instanceof ListItem) {
            marker = "";
        }
    }

    private static String marker(ListItem item) {
        if (item.getParent() instanceof BulletList) {
            return BULLET;
        }
        OrderedList list = (OrderedList) item.getParent();
        int number = list.getMarkerStartNumber() == null ? 1 : list.getMarkerStartNumber();
        for (Node before = item.getPrevious(); before != null; before = before.getPrevious()) {
            number++;
        }
        return number + (list.getMarkerDelimiter() == null ? "." : list.getMarkerDelimiter()) + " ";
    }

    private void add(String text) {
        line = line.plus(strong > 0 ? StyledText.of(text, Style.STRONG) : StyledText.of(text));
    }

    private void endLine() {
        StyledText whole = line.strip();
        if (!whole.text().isEmpty()) {
            lines.add(whole);
        }
        line = StyledText.of("");
    }

    private void end(Kind kind) {
        endLine();
        if (lines.isEmpty()) {
            return;
        }
        if (!marker.isEmpty()) {
            lines.set(0, StyledText.of(marker).plus(lines.get(0)));
            paragraphs.add(new Paragraph(Kind.ITEM, List.copyOf(lines), joined));
            marker = "";
        } else if (kind == Kind.TEXT
                && lines.stream()
                        .allMatch(row -> TYPED_NUMBER.matcher(row.text()).matches())
                && lines.size() > 1) {
            for (int i = 0; i < lines.size(); i++) {
                paragraphs.add(new Paragraph(Kind.ITEM, List.of(lines.get(i)), i > 0));
            }
        } else {
            paragraphs.add(new Paragraph(kind, List.copyOf(lines), false));
        }
        lines.clear();
    }
}
