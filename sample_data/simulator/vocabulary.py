"""The closed lists the simulator draws from; positions in them are the codes used in memory."""

PROSPECT, CASUAL, HABIT, SUBSCRIBER, SEASONAL = range(5)
TYPES = ("prospect", "casual", "habit", "subscriber", "seasonal")
DROP_CAUSES = ("silent", "dissatisfaction", "opted_out")

# Bits that say which identifiers a row carries.
CUSTOMER_ID, EMAIL, SECOND_EMAIL, CONTACT_ID, KIOSK_EMAIL = 1, 2, 4, 8, 16

PENDING, PAID, FULFILLED, COMPLETED, CANCELLED, REFUNDED = range(6)
ORDER_STATUSES = ("pending", "paid", "fulfilled", "completed", "cancelled", "refunded")
SALE, EXCHANGE, GIFT_CARD, TEST = range(4)
ORDER_TYPES = ("sale", "exchange", "gift_card", "test")
CURRENCIES = ("EUR", "GBP", "USD")
COUNTRIES = ("ES", "GB", "US", "PT", "FR")
STORE, WEB, APP, PHONE, MARKETPLACE = range(5)
SALES_CHANNELS = ("store", "web", "app", "phone", "marketplace")
COUPONS = ("BIENVENIDA10", "REBAJAS15", "VUELVE20", "AMIGOS10", "ENVIOGRATIS")

# source, medium; the campaign column depends on it
SOURCES = (
    "google",
    "google",
    "direct",
    "newsletter",
    "instagram",
    "facebook",
    "awin",
    "chatgpt",
)
MEDIUMS = ("organic", "cpc", None, "email", "social", "cpc", "affiliate", "referral")
SOURCE_SHARES = (0.36, 0.18, 0.24, 0.0, 0.09, 0.07, 0.04, 0.02)
NEWSLETTER = 3
PAID_CAMPAIGNS = ("marca-es", "rebajas", "novedades", "retargeting")
DEVICES = ("mobile", "desktop", "tablet", "bot")
BOT_DEVICE = 3
LANDING_PAGES = (
    "/", "/novedades", "/rebajas", "/mujer", "/hombre", "/hogar", "/cuenta", "/carrito", "/tiendas",
    "/ayuda",
)  # fmt: skip

TOUCH_TYPES = (
    "sent", "delivered", "opened", "clicked", "replied", "unsubscribed", "call", "ticket_opened",
    "ticket_resolved", "complaint", "survey_response", "review", "referral", "event_attended",
    "loyalty_joined", "loyalty_redeemed", "coupon_redeemed",
)  # fmt: skip
(
    SENT, DELIVERED, OPENED, CLICKED, REPLIED, UNSUBSCRIBED, CALL, TICKET_OPENED, TICKET_RESOLVED,
    COMPLAINT, SURVEY_RESPONSE, REVIEW, REFERRAL, EVENT_ATTENDED, LOYALTY_JOINED, LOYALTY_REDEEMED,
    COUPON_REDEEMED,
) = range(17)  # fmt: skip
INBOUND, OUTBOUND = range(2)
DIRECTIONS = ("inbound", "outbound")
BY_EMAIL, BY_SMS, BY_PUSH, BY_PHONE, BY_WEB, IN_STORE, BY_WHATSAPP = range(7)
CHANNELS = ("email", "sms", "push", "phone", "web", "store", "whatsapp")
TOPICS = ("envio", "devolucion", "talla", "factura", "producto", "pago", "cuenta")

# Common Spanish given names and surnames; combinations are arbitrary and belong to nobody.
FEMALE_NAMES = (
    "María", "Carmen", "Ana", "Laura", "Lucía", "Marta", "Paula", "Sofía", "Elena", "Cristina",
    "Rocío", "Nuria", "Inés", "Begoña", "Ainhoa", "Montserrat",
)  # fmt: skip
MALE_NAMES = (
    "Antonio", "José", "Manuel", "Francisco", "David", "Javier", "Daniel", "Carlos", "Jesús",
    "Alejandro", "Miguel", "Iñaki", "Jordi", "Álvaro", "Sergio", "Rubén",
)  # fmt: skip
SURNAMES = (
    "García", "Rodríguez", "González", "Fernández", "López", "Martínez", "Sánchez", "Pérez",
    "Gómez", "Martín", "Jiménez", "Ruiz", "Hernández", "Díaz", "Moreno", "Muñoz", "Álvarez",
    "Romero", "Alonso", "Gutiérrez", "Navarro", "Torres", "Domínguez", "Vázquez", "Ramos",
    "Serrano", "Castro", "Suárez", "Ibáñez", "Peña", "Etxeberria", "Puig",
)  # fmt: skip
CITIES = (
    "Madrid", "Barcelona", "Valencia", "Sevilla", "Zaragoza", "Málaga", "Murcia", "Palma",
    "Las Palmas de Gran Canaria", "Bilbao", "Alicante", "Córdoba", "Valladolid", "Vigo", "Gijón",
    "A Coruña", "Santa Cruz de Tenerife", "Cádiz",
)  # fmt: skip
FOREIGN_CITIES = ("London", "Manchester", "New York", "Miami")
# Top-level domain and names that RFC 2606 reserves: mail to them reaches nobody.
EMAIL_DOMAINS = ("correo.example", "buzon.example", "mail.example.com", "example.org")
GENDERS = ("F", "M", "X")
