package com.aiprod.pipeline.artifact;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.StageEndpoint;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Category;
import org.apache.camel.Component;
import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.apache.camel.converter.stream.FileInputStreamCache;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;

/**
 * Stores the body as an artifact of the job. Leaves the message unchanged, but a stream, which is read to its end,
 * becomes one that later steps can read again.
 */
@UriEndpoint(
        scheme = "artifact",
        firstVersion = "0.1.0",
        title = "Artifact",
        syntax = "artifact:name",
        producerOnly = true,
        category = Category.FILE)
final class ArtifactEndpoint extends StageEndpoint {

    /** What Spring's list lacks. */
    private static final Map<String, String> MORE_TYPES = Map.of("vtt", "text/vtt", "srt", "application/x-subrip");

    private final long maxBytes;

    @UriPath(description = "Name of the file: at most 128 of A-Z, a-z, 0-9, -, _, and ., which is not the first.")
    @Metadata(required = true)
    private final String name;

    @UriParam(description = "Media type, such as video/mp4. By default that of the name, or else of Content-Type.")
    private String type;

    ArtifactEndpoint(String uri, Component component, long maxBytes, String name) {
        super(uri, component, StoredArtifacts.CODE);
        this.maxBytes = maxBytes;
        this.name = name;
        if (!ArtifactStore.isName(name)) {
            throw invalid("'%s' is not the name of an artifact: at most 128 of A-Z, a-z, 0-9, -, _, and ., which is "
                            .formatted(shown(name))
                    + "not the first.");
        }
    }

    public String getType() {
        return type;
    }

    /** @throws PermanentStageException if this is not a media type */
    public void setType(String type) {
        this.type = mediaType(type);
        if (this.type == null) {
            throw invalid("'%s' is not a media type.".formatted(type));
        }
    }

    @Override
    protected void receive(Exchange exchange) throws Exception {
        StoredArtifacts artifacts = StoredArtifacts.of(exchange);
        Object body = exchange.getMessage().getBody();
        try (InputStream content = open(exchange, body)) {
            Path stored = artifacts.store(name, typeIn(exchange), content, maxBytes);
            if (body instanceof StreamCache cache) {
                cache.reset();
            } else if (body instanceof InputStream) {
                exchange.getMessage().setBody(new FileInputStreamCache(stored.toFile()));
            }
        }
    }

    private InputStream open(Exchange exchange, Object body) throws Exception {
        if (body == null) {
            throw invalid("There is no body to store as '%s'.".formatted(name));
        }
        if (body instanceof Map || (body instanceof Iterable && !(body instanceof Path))) {
            throw invalid("The body to store as '%s' is a map or a list; marshal it first.".formatted(name));
        }
        if (body instanceof Path || body instanceof File) {
            return Files.newInputStream(body instanceof File file ? file.toPath() : (Path) body);
        }
        if (body instanceof StreamCache cache) {
            cache.reset();
        }
        InputStream content = exchange.getContext().getTypeConverter().convertTo(InputStream.class, exchange, body);
        if (content == null) {
            throw invalid("The body to store as '%s' is neither a stream nor a file, bytes, or text.".formatted(name));
        }
        return content;
    }

    private String typeIn(Exchange exchange) {
        if (type != null) {
            return type;
        }
        String more = MORE_TYPES.get(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
        if (more != null) {
            return more;
        }
        return MediaTypeFactory.getMediaType(name).map(MediaType::toString).orElseGet(() -> {
            String header = mediaType(exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class));
            return header == null ? MediaType.APPLICATION_OCTET_STREAM_VALUE : header;
        });
    }

    /** Returns null for what is not a media type. */
    private static String mediaType(String text) {
        try {
            MediaType parsed = MediaType.parseMediaType(text == null ? "" : text);
            return parsed.isConcrete() && parsed.toString().length() <= 255 ? parsed.toString() : null;
        } catch (InvalidMediaTypeException e) {
            return null;
        }
    }
}
