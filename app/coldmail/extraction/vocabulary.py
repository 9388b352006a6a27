"""The names of skills, spelt as their owners spell them; a curated list, so that a posting's prose yields no noise."""


def _names(*lines: str) -> tuple[str, ...]:
    return tuple(name.strip() for line in lines for name in line.split(",") if name.strip())


# Found in any case.
SKILLS = _names(
    "C++, C#, F#, Objective-C, Visual Basic, VB.NET, Java, J2EE, JavaScript, TypeScript, Python, Ruby, PHP, Perl, Kotlin",
    "Scala, Clojure, Erlang, Elixir, Haskell, OCaml, Golang, Rust, Lua, MATLAB, Fortran, COBOL, ABAP, Groovy, PowerShell",
    "Bash, Shell scripting, Solidity, VHDL, Verilog, SystemVerilog, Assembly, PL/SQL, T-SQL, SQL, NoSQL, GraphQL, HTML",
    "HTML5, CSS, CSS3, Sass, XML, JSON, YAML, Protobuf, WebAssembly, Apex, Delphi, Pascal, Prolog, Zig, Julia",
    ".NET, .NET Core, .NET Framework, ASP.NET, ASP.NET Core, ASP.NET MVC, Entity Framework, Blazor, WPF, WinForms, LINQ",
    "Xamarin, .NET MAUI, Unity, Unreal Engine, Godot, OpenGL, Vulkan, DirectX, CUDA, OpenCL, ROS, ROS 2, Qt",
    "Node.js, NodeJS, Deno, Express.js, NestJS, Next.js, Nuxt.js, React, React.js, ReactJS, React Native, Redux, Vue",
    "Vue.js, VueJS, Angular, AngularJS, Svelte, SvelteKit, Ember.js, Backbone.js, jQuery, D3.js, Three.js, Webpack, Vite",
    "Tailwind CSS, Storybook, Cypress, Playwright, Selenium, Jest, Mocha, JUnit, TestNG, Cucumber, Appium, Postman",
    "Django, Flask, FastAPI, Celery, SQLAlchemy, Pydantic, Spring Boot, Spring Framework, Spring Cloud, Hibernate, JPA",
    "Quarkus, Micronaut, Maven, Gradle, Ruby on Rails, Rails, Sinatra, Laravel, Symfony, CodeIgniter, Drupal, WordPress",
    "Magento, Shopify, TYPO3, Flutter, SwiftUI, UIKit, Jetpack Compose, Android, iOS, Ionic, Cordova, Electron",
    "PostgreSQL, Postgres, MySQL, MariaDB, SQLite, SQL Server, MS SQL, MSSQL, Oracle Database, MongoDB, Redis, Valkey",
    "Memcached, Cassandra, ScyllaDB, DynamoDB, Couchbase, CouchDB, Neo4j, Elasticsearch, OpenSearch, Solr, ClickHouse",
    "Snowflake, BigQuery, Redshift, Databricks, Teradata, DuckDB, Synapse, CockroachDB, Firebase, Supabase, InfluxDB",
    "TimescaleDB, pgvector, Pinecone, Weaviate, Milvus, Qdrant, Kafka, Apache Kafka, RabbitMQ, ActiveMQ, NATS, Pulsar",
    "Kinesis, Pub/Sub, MQTT, gRPC, REST, RESTful, REST API, REST APIs, SOAP, WebSockets, OpenAPI, Swagger, OAuth",
    "OAuth2, OAuth 2.0, OpenID Connect, SAML, JWT, LDAP, Active Directory, Keycloak, Okta, Microservices, Event-driven",
    "AWS, Amazon Web Services, Azure, Microsoft Azure, GCP, Google Cloud, Google Cloud Platform, OpenStack, Heroku",
    "DigitalOcean, Cloudflare, Vercel, Netlify, EC2, S3, RDS, AWS Lambda, Fargate, EKS, ECS, AKS, GKE, CloudFormation",
    "AWS CDK, Terraform, OpenTofu, Pulumi, Ansible, Puppet, SaltStack, Packer, Vagrant, Docker, Docker Compose, Podman",
    "Kubernetes, K8s, Helm, Istio, Linkerd, OpenShift, Rancher, Argo CD, ArgoCD, FluxCD, CI/CD, Jenkins, GitLab",
    "GitLab CI, GitLab CI/CD, GitHub, GitHub Actions, CircleCI, TeamCity, Bamboo, Azure DevOps, Bitbucket, SVN, Nexus",
    "Artifactory, SonarQube, Prometheus, Grafana, Datadog, New Relic, Splunk, ELK, ELK Stack, Kibana, Logstash, Jaeger",
    "OpenTelemetry, PagerDuty, Nagios, Zabbix, Dynatrace, Sentry, Linux, Unix, Ubuntu, Red Hat, RHEL, Debian, CentOS",
    "Windows Server, macOS, VMware, vSphere, Hyper-V, Proxmox, Nginx, Apache HTTP Server, HAProxy, Envoy, Tomcat, IIS",
    "TCP/IP, DNS, DHCP, BGP, OSPF, VPN, MPLS, SD-WAN, Firewalls, Cisco, Juniper, Palo Alto Networks, Fortinet, Wireshark",
    "DevOps, DevSecOps, GitOps, MLOps, LLMOps, FinOps, SRE, Site Reliability Engineering, Infrastructure as Code, IaC",
    "Machine Learning, Deep Learning, Artificial Intelligence, Generative AI, GenAI, LLM, LLMs, Large Language Models",
    "NLP, Natural Language Processing, Computer Vision, Reinforcement Learning, Retrieval-Augmented Generation, RAG",
    "Prompt Engineering, LangChain, LlamaIndex, LangGraph, Hugging Face, Transformers, OpenAI, PyTorch, TensorFlow, Keras",
    "JAX, scikit-learn, XGBoost, LightGBM, OpenCV, spaCy, NLTK, MLflow, Kubeflow, SageMaker, Amazon Bedrock, Vertex AI",
    "ONNX, TensorRT, Triton, Ray, Dask, pandas, NumPy, SciPy, Polars, Matplotlib, Jupyter, Apache Spark, Spark, PySpark",
    "Hadoop, Hive, HBase, Flink, Apache Flink, Apache Beam, Airflow, Apache Airflow, Dagster, Prefect, dbt, Fivetran",
    "NiFi, Informatica, Talend, SSIS, SSRS, SSAS, ETL, ELT, Data Modeling, Data Warehousing, Data Engineering, Data Science",
    "Data Analysis, Data Visualization, Big Data, Tableau, Power BI, Looker, Looker Studio, Qlik, Qlik Sense, QlikView",
    "Google Analytics, SAS, SPSS, Stata, Minitab, A/B Testing, Statistics, Time Series, DAX, Power Query, VBA",
    "Microsoft Excel, MS Excel, Microsoft Office, MS Office, Microsoft 365, Office 365, SharePoint, Power Automate",
    "Power Apps, Power Platform, Dynamics 365, Salesforce, ServiceNow, Workday, SAP, SAP S/4HANA, S/4HANA, SAP HANA",
    "SAP ERP, SAP FI/CO, SAP MM, SAP SD, SAP SuccessFactors, Oracle EBS, NetSuite, PeopleSoft, Odoo, HubSpot, Marketo",
    "Pardot, Zendesk, Jira, Confluence, Trello, Asana, Notion, Miro, Monday.com, Slack, Agile, Scrum, Kanban, SAFe, PRINCE2",
    "PMP, ITIL, TOGAF, Lean, Six Sigma, Lean Six Sigma, Kaizen, Waterfall, Project Management, Product Management",
    "Program Management, Stakeholder Management, Change Management, Risk Management, Business Analysis, Requirements Engineering",
    "Figma, Sketch, Adobe XD, Adobe Creative Suite, Adobe Creative Cloud, Photoshop, Illustrator, InDesign, After Effects",
    "Premiere Pro, Final Cut Pro, Canva, Webflow, UX Design, UI Design, UI/UX, UX/UI, User Research, Prototyping",
    "Wireframing, Design Systems, Accessibility, WCAG, SEO, SEM, SEO/SEM, Google Ads, Facebook Ads, LinkedIn Ads",
    "Content Marketing, Email Marketing, Digital Marketing, Social Media Marketing, Copywriting, CRM, ERP, B2B, B2C, SaaS",
    "Cybersecurity, Information Security, Penetration Testing, Threat Modeling, SIEM, SOC, IDS/IPS, OWASP, Burp Suite",
    "Metasploit, Nessus, ISO 27001, ISO 9001, SOC 2, PCI DSS, PCI-DSS, HIPAA, GDPR, NIST, CISSP, CISM, CISA, CEH, OSCP",
    "Cryptography, PKI, TLS, IAM, Zero Trust, Vault, HashiCorp Vault, Blockchain, Ethereum, Smart Contracts, Web3, DeFi",
    "Embedded Systems, Embedded C, Embedded Linux, RTOS, FreeRTOS, Zephyr, Yocto, AUTOSAR, CAN bus, I2C, SPI, UART, FPGA",
    "ASIC, PCB Design, Altium Designer, KiCad, Arduino, Raspberry Pi, PLC, SCADA, Siemens TIA Portal, HMI, LabVIEW",
    "Simulink, MATLAB/Simulink, AutoCAD, SolidWorks, CATIA, Siemens NX, PTC Creo, Inventor, Revit, BIM, ArcGIS, QGIS, GIS",
    "ANSYS, COMSOL, FEA, CFD, GD&T, CNC, CAD, CAD/CAM, 3D Printing, Robotics, IoT, 5G, LTE, RF, ISO 26262, IEC 61508",
    "IEC 62304, GMP, GxP, FMEA, HACCP, GAAP, US GAAP, IFRS, Financial Modeling, Financial Analysis, Accounting",
    "Bookkeeping, Forecasting, Budgeting, Auditing, DATEV, QuickBooks, Xero, Bloomberg Terminal, CPA, CFA, KYC, AML",
    "KYC/AML, R&D, P&L, Supply Chain Management, Procurement, Strategic Sourcing, Logistics, Negotiation, Cold Calling",
    "Account Management, Business Development, Customer Success, Customer Service, Talent Acquisition, Unit Testing",
    "Test Automation, TDD, BDD, Design Patterns, Object-Oriented Programming, OOP, Functional Programming, Data Structures",
    "Algorithms, Distributed Systems, Concurrency, Multithreading, System Design, Domain-Driven Design, DDD, API Design",
    "Web Scraping, Web Development, Mobile Development, Full Stack, Full-stack, Backend, Frontend, Version Control",
)
# Also words of a language, or letters: found in this spelling only, as words of their own.
EXACT_SKILLS = _names(
    "C, Go, R, Swift, Spring, Excel, Word, PowerPoint, Outlook, Git, Chef, Oracle, Helm, Dart, Nim, Less, Express, Phoenix",
    "Ember, Actix, Echo, Gin, Fiber, Consul, Nomad, Flux, Maya, Blender, Houdini, Nuke, Access, Visio, Splunk, Stripe, Segment",
)
# Single letters and short words that prose uses for other things: only where the text lists skills around them.
LISTED_ONLY = frozenset(
    ("C", "R", "Go", "Word", "Access", "Less", "Express", "Chef", "Echo", "Gin", "Fiber", "Segment", "Nuke")
)
