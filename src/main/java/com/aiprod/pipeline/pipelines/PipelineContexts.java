package com.aiprod.pipeline.pipelines;

import com.aiprod.pipeline.stage.StageBean;
import com.aiprod.pipeline.stage.StageComponent;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.DefaultRegistry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;

/**
 * Makes Camel contexts for revisions of pipelines. Each revision has a context of its own, so its route IDs, step IDs,
 * and {@code direct:} names do not concern the flow or other pipelines. All of them share the {@link StageBean}s.
 */
public final class PipelineContexts {

    private static final int SPOOL_BYTES = 1024 * 1024;

    private final ApplicationContext application;
    private final ObjectMapper json;
    private final Environment settings;

    /** Makes contexts with what this application offers to pipelines, and with its route policies. */
    public PipelineContexts(ApplicationContext application, ObjectMapper json) {
        this.application = application;
        this.json = json;
        this.settings = application.getEnvironment();
    }

    /** The beans that pipelines can call, by name. */
    public Map<String, Object> stageBeans() {
        return application.getBeansWithAnnotation(StageBean.class);
    }

    /**
     * A context without routes, not started, with the beans, components, and settings that pipelines have. Its
     * definitions know their files and lines.
     *
     * @param name for logs and thread names
     */
    public DefaultCamelContext make(String name) {
        DefaultRegistry registry = new DefaultRegistry();
        stageBeans().forEach(registry::bind);
        registry.bind("objectMapper", ObjectMapper.class, json);
        DefaultCamelContext camel = new DefaultCamelContext(registry);
        application
                .getBeanProvider(StageComponent.class)
                .forEach(component ->
                        camel.addComponent(component.scheme(), component.maker().get()));
        camel.getCamelContextExtension().setName(name);
        camel.disableJMX();
        camel.setSourceLocationEnabled(true);
        // Which revision is live is logged elsewhere, in one line.
        camel.setStartupSummaryLevel(StartupSummaryLevel.Off);
        camel.getCamelContextExtension().addInterceptStrategy(new StepWatch());
        camel.getPropertiesComponent().addPropertiesSource(new ApplicationSettings());
        // As in the flow. Otherwise, loggers would be named after files and lines, which no logging.level can name.
        camel.getGlobalOptions().put(Exchange.LOG_EIP_NAME, "${routeId}");
        camel.getGlobalOptions().put("CamelJacksonAutoDiscoverObjectMapper", "true");
        // A body larger than this threshold is kept in a temporary file, not in the heap.
        camel.getStreamCachingStrategy().setSpoolEnabled(true);
        camel.getStreamCachingStrategy().setSpoolThreshold(SPOOL_BYTES);
        camel.getShutdownStrategy().setTimeout(1);
        camel.getShutdownStrategy().setLogInflightExchangesOnTimeout(false);
        camel.getCamelContextExtension().getContextPlugin(Model.class).addModelLifecycleStrategy(new InnerRoutes());
        application.getBeanProvider(RoutePolicyFactory.class).forEach(camel::addRoutePolicyFactory);
        return camel;
    }

    /** The settings that a pipeline requires and that have no value here. */
    List<String> missing(PipelineSettings pipeline) {
        return pipeline.missing(settings);
    }

    /** Loads the route files of a pipeline into a context; fails with the first fault that Camel finds. */
    public void load(DefaultCamelContext camel, PipelineFiles files) throws Exception {
        for (Map.Entry<String, SourceFile> file : files.files().entrySet()) {
            if (file.getKey().endsWith(PipelineFiles.ROUTE_SUFFIX)) {
                Resource resource = ResourceHelper.fromString(
                        file.getValue().location(), file.getValue().text());
                PluginHelper.getRoutesLoader(camel).loadRoutes(resource);
            }
        }
    }

    private final class ApplicationSettings implements PropertiesSource {

        @Override
        public String getName() {
            return "application";
        }

        @Override
        public String getProperty(String name) {
            return settings.getProperty(name);
        }
    }
}
