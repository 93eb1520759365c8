package com.aiprod.pipeline.api.artifacts;

import com.aiprod.pipeline.api.http.RouteAnswerFilter;
import com.aiprod.pipeline.api.problem.ProblemException;
import com.aiprod.pipeline.api.problem.ProblemType;
import com.aiprod.pipeline.api.problem.Problems;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;

/**
 * Sends the file that a route has chosen, after the route has ended. A slow download then holds a servlet container
 * thread, but no Camel thread.
 *
 * <p>Spring's {@link ResourceHttpRequestHandler} sends the file, its ranges and the responses to conditions. This class
 * handles what it lacks of RFC 9110 (Spring 6.2): it ignores If-Range, evaluates If-Match only for methods that change
 * state, responds to HEAD with ranges, and rejects a Range that must be ignored (see {@link ByteRanges}).
 */
class ArtifactSender extends RouteAnswerFilter<ArtifactSender.Artifact> {

    private static final String SENT = ArtifactSender.class.getName();

    private final ResourceHttpRequestHandler files = new Files();

    ArtifactSender() {
        super(Artifact.class);
    }

    /**
     * A file to send.
     *
     * @param type the media type
     * @param attempt the attempt that made it; files of the same name from different attempts are different files
     */
    record Artifact(Path file, String type, int attempt) {

        /** A strong tag: a stored file never changes, and a replacement has a new modification time. */
        String etag() {
            Resource resource = new FileSystemResource(file);
            try {
                return "\"%s-%x-%x\"".formatted(attempt, resource.contentLength(), resource.lastModified());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    protected void initFilterBean() throws ServletException {
        try {
            files.afterPropertiesSet();
        } catch (Exception e) {
            throw new ServletException("Cannot set up Spring's resource handler", e);
        }
    }

    @Override
    protected void send(Artifact artifact, HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        if (failsIfMatch(request, artifact)) {
            Problems.answerTo(
                            new ProblemException(ProblemType.PRECONDITION_FAILED, "The file does not match If-Match."),
                            request)
                    .writeTo(response);
            return;
        }
        request.setAttribute(SENT, artifact);
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType(artifact.type());
        response.setHeader(HttpHeaders.CONTENT_DISPOSITION, "inline");
        files.handleRequest(new WithRange(request, range(request, artifact)), response);
    }

    /** RFC 9110, section 13.1.1. Spring evaluates If-Match only for methods that change state. */
    private static boolean failsIfMatch(HttpServletRequest request, Artifact artifact) {
        List<String> lines = Collections.list(request.getHeaders(HttpHeaders.IF_MATCH));
        return !lines.isEmpty()
                && lines.stream()
                        .flatMap(line -> Stream.of(line.split(",")))
                        .map(String::strip)
                        .noneMatch(tag -> tag.equals("*") || tag.equals(artifact.etag()));
    }

    /** The {@code Range} header to pass to Spring; null for none. Only GET supports ranges. */
    private static String range(HttpServletRequest request, Artifact artifact) throws IOException {
        List<String> lines = Collections.list(request.getHeaders(HttpHeaders.RANGE));
        return lines.size() == 1 && request.getMethod().equals("GET") && isRangeOfThis(request, artifact)
                ? ByteRanges.read(lines.get(0), new FileSystemResource(artifact.file).contentLength())
                : null;
    }

    /** RFC 9110, section 13.1.5: the client must not combine ranges of different versions of the file. */
    private static boolean isRangeOfThis(HttpServletRequest request, Artifact artifact) throws IOException {
        String condition = request.getHeader(HttpHeaders.IF_RANGE);
        if (condition == null || condition.equals(artifact.etag())) {
            return true;
        }
        try {
            Instant date = DateTimeFormatter.RFC_1123_DATE_TIME.parse(condition, Instant::from);
            return date.getEpochSecond() == new FileSystemResource(artifact.file).lastModified() / 1000;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** Takes the file from the request instead of from a folder. */
    private static final class Files extends ResourceHttpRequestHandler {

        Files() {
            setCacheControl(CacheControl.noCache().cachePrivate());
            setEtagGenerator(resource -> ((TaggedFile) resource).artifact.etag());
        }

        @Override
        protected Resource getResource(HttpServletRequest request) {
            Artifact artifact = (Artifact) request.getAttribute(SENT);
            return new TaggedFile(artifact);
        }

        @Override
        protected MediaType getMediaType(HttpServletRequest request, Resource resource) {
            return MediaType.parseMediaType(((Artifact) request.getAttribute(SENT)).type());
        }
    }

    private static final class TaggedFile extends FileSystemResource {

        private final Artifact artifact;

        TaggedFile(Artifact artifact) {
            super(artifact.file);
            this.artifact = artifact;
        }
    }

    private static final class WithRange extends HttpServletRequestWrapper {

        private final String range;

        WithRange(HttpServletRequest request, String range) {
            super(request);
            this.range = range;
        }

        @Override
        public String getHeader(String name) {
            return HttpHeaders.RANGE.equalsIgnoreCase(name) ? range : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            if (!HttpHeaders.RANGE.equalsIgnoreCase(name)) {
                return super.getHeaders(name);
            }
            return range == null ? Collections.emptyEnumeration() : Collections.enumeration(List.of(range));
        }
    }
}
