"""What the company sells: departments, categories and the needs (subcategories) shoppers have.

Weights (share of basket lines), price levels and factors are assumptions in the proportions of a
US supercentre; `season` names the part of the year in which a need swells (see `sim.calendar`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """A subcategory: the set of items that a shopper chooses among.

    `weight` in basket lines; `price` the usual price in cents; `returns` multiplies the base return rate;
    `units` multiplies the chance of further units; `elasticity` multiplies shoppers' price sensitivity.
    """

    department: str
    category: str
    name: str
    weight: float
    price: int
    sizes: tuple[str, ...]
    perishable: bool = False
    taxable: bool = False
    returns: float = 0.1
    units: float = 1.0
    elasticity: float = 1.0
    season: str = ""

    @property
    def lasts(self) -> int:
        """Days of use of one unit in a household (assumptions by category)."""
        return _LASTS[self.category]


_LASTS = {
    "Dairy": 6, "Bakery": 5, "Produce": 5, "Meat": 5, "Seafood": 5, "Frozen": 12, "Pantry": 14, "Snacks": 8,
    "Beverages": 8, "Paper": 24, "Cleaning": 30, "Pets": 18, "Baby": 10, "Personal Care": 30, "Beauty": 40,
    "Health": 40, "Womens": 45, "Mens": 45, "Kids": 30, "Basics": 60, "Shoes": 90, "TV & Audio": 180, "Computing": 180,
    "Accessories": 30, "Gaming": 30, "Toys": 20, "Crafts": 20, "Office": 30, "Kitchen": 60, "Bedding": 90, "Decor": 30,
    "Garden": 20, "Auto": 60, "Tools": 60,
}  # fmt: skip

_G, _H, _B, _A, _E, _T, _O = (
    "Grocery",
    "Household",
    "Health & Beauty",
    "Apparel",
    "Electronics",
    "Toys & Hobby",
    "Home & Outdoor",
)
_OZ = ("8 oz", "12 oz", "16 oz", "24 oz", "32 oz")
_LB = ("1 lb", "2 lb", "3 lb", "5 lb")
_CT = ("6 ct", "12 ct", "24 ct", "36 ct")
_ONE = ("each",)
_WEAR = ("S", "M", "L", "XL")

NEEDS: tuple[Need, ...] = (
    Need(_G, "Dairy", "Milk", 46, 348, ("half gal", "1 gal"), True, units=1.2, elasticity=0.8),
    Need(_G, "Dairy", "Cheese", 30, 397, _OZ, True),
    Need(_G, "Dairy", "Yogurt", 27, 248, ("4 ct", "6 ct", "32 oz"), True, units=2.0),
    Need(_G, "Dairy", "Butter & Margarine", 17, 428, ("8 oz", "16 oz"), True),
    Need(_G, "Dairy", "Eggs", 30, 324, ("12 ct", "18 ct"), True, elasticity=0.7),
    Need(_G, "Bakery", "Bread", 38, 248, ("20 oz", "24 oz"), True),
    Need(_G, "Bakery", "Buns & Rolls", 19, 228, ("8 ct",), True),
    Need(_G, "Bakery", "Cakes & Pastry", 15, 447, _CT, True, season="holiday"),
    Need(_G, "Produce", "Bananas & Tropical", 40, 148, _LB, True, units=1.4, elasticity=0.6),
    Need(_G, "Produce", "Apples & Citrus", 28, 348, _LB, True),
    Need(_G, "Produce", "Berries & Grapes", 23, 397, ("1 lb", "2 lb"), True, season="summer"),
    Need(_G, "Produce", "Salads & Greens", 27, 298, ("9 oz", "16 oz"), True),
    Need(_G, "Produce", "Tomatoes & Vegetables", 36, 198, _LB, True, units=1.3),
    Need(_G, "Produce", "Potatoes & Onions", 23, 377, ("3 lb", "5 lb", "10 lb"), True),
    Need(_G, "Meat", "Chicken", 28, 798, _LB, True, elasticity=1.1),
    Need(_G, "Meat", "Beef", 24, 998, _LB, True, elasticity=1.1),
    Need(_G, "Meat", "Pork & Sausage", 17, 597, _LB, True),
    Need(_G, "Meat", "Lunch Meat & Bacon", 22, 497, ("9 oz", "16 oz"), True),
    Need(_G, "Meat", "Turkey & Ham", 7, 1297, ("5 lb", "10 lb"), True, season="holiday"),
    Need(_G, "Seafood", "Fish & Shrimp", 9, 897, ("12 oz", "1 lb", "2 lb"), True),
    Need(_G, "Frozen", "Frozen Meals", 23, 347, ("10 oz", "20 oz"), units=1.8),
    Need(_G, "Frozen", "Frozen Pizza", 17, 548, ("1 ct", "3 ct")),
    Need(_G, "Frozen", "Ice Cream", 18, 447, ("pint", "48 oz"), season="summer", elasticity=1.2),
    Need(_G, "Frozen", "Frozen Vegetables", 17, 247, ("12 oz", "32 oz"), units=1.5),
    Need(_G, "Pantry", "Cereal", 22, 397, _OZ, elasticity=1.1),
    Need(_G, "Pantry", "Pasta & Rice", 21, 198, ("1 lb", "2 lb", "5 lb"), units=1.6),
    Need(_G, "Pantry", "Sauces & Condiments", 22, 298, _OZ),
    Need(_G, "Pantry", "Canned Soup & Beans", 24, 148, ("10 oz", "15 oz"), units=2.2),
    Need(_G, "Pantry", "Baking Needs", 15, 347, _LB, season="holiday"),
    Need(_G, "Pantry", "Peanut Butter & Spreads", 12, 348, ("16 oz", "40 oz")),
    Need(_G, "Snacks", "Chips", 32, 398, ("8 oz", "13 oz"), elasticity=1.3),
    Need(_G, "Snacks", "Cookies & Crackers", 26, 358, _OZ, elasticity=1.2),
    Need(_G, "Snacks", "Candy & Chocolate", 23, 298, ("4 oz", "10 oz", "20 oz"), season="candy", units=1.4),
    Need(_G, "Snacks", "Nuts & Bars", 16, 548, ("6 ct", "16 oz")),
    Need(_G, "Beverages", "Soft Drinks", 36, 598, ("2 l", "12 pk", "24 pk"), taxable=True, elasticity=1.4, units=1.6),
    Need(_G, "Beverages", "Water", 24, 448, ("24 pk", "40 pk"), units=1.4, season="summer"),
    Need(_G, "Beverages", "Juice", 19, 347, ("52 oz", "64 oz")),
    Need(_G, "Beverages", "Coffee & Tea", 19, 898, ("12 oz", "24 oz", "48 ct"), elasticity=1.2),
    Need(_G, "Beverages", "Beer & Wine", 14, 1297, ("6 pk", "12 pk", "750 ml"), taxable=True, season="holiday"),
    Need(_H, "Paper", "Toilet Paper", 17, 1297, ("12 rolls", "18 rolls", "30 rolls"), taxable=True, elasticity=1.2),
    Need(_H, "Paper", "Paper Towels", 14, 1097, ("6 rolls", "12 rolls"), taxable=True, elasticity=1.2),
    Need(_H, "Cleaning", "Laundry Detergent", 12, 1197, ("92 oz", "150 oz"), taxable=True, elasticity=1.2),
    Need(_H, "Cleaning", "Dish & Surface Cleaners", 16, 397, ("24 oz", "40 oz"), taxable=True),
    Need(_H, "Cleaning", "Trash & Storage Bags", 11, 847, ("40 ct", "90 ct"), taxable=True),
    Need(_H, "Pets", "Dog Food & Treats", 13, 1498, ("4 lb", "15 lb", "30 lb"), taxable=True),
    Need(_H, "Pets", "Cat Food & Litter", 12, 1098, ("12 ct", "16 lb", "35 lb"), taxable=True, units=1.4),
    Need(_H, "Baby", "Diapers & Wipes", 10, 1997, ("84 ct", "132 ct"), taxable=True, returns=0.2),
    Need(_H, "Baby", "Baby Food", 8, 198, ("2 ct", "12 ct"), units=3.0),
    Need(_B, "Personal Care", "Soap & Shampoo", 17, 597, ("12 oz", "22 oz"), taxable=True),
    Need(_B, "Personal Care", "Oral Care", 12, 447, ("1 ct", "3 ct"), taxable=True),
    Need(_B, "Personal Care", "Deodorant & Shaving", 10, 697, ("1 ct", "4 ct"), taxable=True),
    Need(_B, "Beauty", "Cosmetics & Skin Care", 10, 897, _ONE, taxable=True, returns=0.7),
    Need(_B, "Health", "Pain & Cold Relief", 12, 898, ("24 ct", "100 ct"), returns=0.1, season="winter"),
    Need(_B, "Health", "Vitamins", 7, 1298, ("60 ct", "120 ct"), returns=0.2),
    Need(_A, "Womens", "Women's Tops", 7, 1298, _WEAR, taxable=True, returns=2.6, elasticity=0.9),
    Need(_A, "Womens", "Women's Bottoms", 5, 1698, _WEAR, taxable=True, returns=2.8, elasticity=0.9),
    Need(_A, "Mens", "Men's Shirts", 6, 1298, _WEAR, taxable=True, returns=2.2, elasticity=0.9),
    Need(_A, "Mens", "Men's Pants", 4, 1998, _WEAR, taxable=True, returns=2.4, elasticity=0.9),
    Need(_A, "Kids", "Kids' Clothing", 7, 998, _WEAR, taxable=True, returns=2.0, season="school"),
    Need(_A, "Basics", "Socks & Underwear", 8, 997, ("3 pk", "6 pk"), taxable=True, returns=0.8),
    Need(_A, "Shoes", "Shoes", 4, 2497, ("7", "8", "9", "10", "11"), taxable=True, returns=3.0, season="school"),
    Need(_E, "TV & Audio", "Televisions", 0.9, 24800, ('32"', '43"', '55"', '65"'), taxable=True, returns=2.6,
         units=0.05, elasticity=1.1, season="gifts"),
    Need(_E, "TV & Audio", "Headphones & Speakers", 2.6, 2988, _ONE, taxable=True, returns=2.2, units=0.1,
         season="gifts"),
    Need(_E, "Computing", "Tablets & Laptops", 0.7, 27900, ("64 GB", "128 GB", "256 GB"), taxable=True, returns=2.8,
         units=0.02, season="gifts"),
    Need(_E, "Accessories", "Cables & Batteries", 7, 1288, ("1 ct", "8 ct", "16 ct"), taxable=True,
         returns=1.2, units=0.6),
    Need(_E, "Gaming", "Video Games", 2.0, 3988, _ONE, taxable=True, returns=1.4, units=0.1, season="gifts"),
    Need(_T, "Toys", "Building & Vehicles", 5, 1497, _ONE, taxable=True, returns=1.2, units=0.5, season="gifts"),
    Need(_T, "Toys", "Dolls & Games", 5, 1297, _ONE, taxable=True, returns=1.2, units=0.5, season="gifts"),
    Need(_T, "Crafts", "Arts & Party Supplies", 8, 498, _ONE, taxable=True, returns=0.5, units=1.4),
    Need(_T, "Office", "School & Office Supplies", 9, 397, ("1 ct", "3 ct", "10 ct"), taxable=True, returns=0.4,
         units=1.8, season="school"),
    Need(_O, "Kitchen", "Cookware & Dining", 6, 1797, _ONE, taxable=True, returns=1.3, units=0.5, season="gifts"),
    Need(_O, "Bedding", "Bedding & Bath", 5, 1997, ("Twin", "Queen", "King"), taxable=True, returns=1.6, units=0.6),
    Need(_O, "Decor", "Seasonal Decor", 5, 897, _ONE, taxable=True, returns=0.7, season="decor"),
    Need(_O, "Garden", "Garden & Patio", 6, 1497, _ONE, taxable=True, returns=0.9, season="garden"),
    Need(_O, "Auto", "Auto Care", 5, 1297, _ONE, taxable=True, returns=0.8, units=0.6),
    Need(_O, "Tools", "Hardware & Tools", 5, 997, _ONE, taxable=True, returns=1.0, units=0.7),
)  # fmt: skip

# Invented names: any likeness to a real brand is chance.
BRANDS: tuple[str, ...] = (
    "Alder Creek", "Amberly", "Ashford", "Barlow", "Beacon Hill", "Bluefin", "Brightway", "Brookside", "Calder",
    "Carrow",
    "Cedarline", "Clearmont", "Copperleaf", "Dalton", "Daybreak", "Eastlake", "Elmstead", "Fairhaven", "Fernwood",
    "Foxglove", "Gladwin", "Goldcrest", "Greenlea", "Halden", "Harborview", "Hartley", "Hearthside", "Highfield",
    "Ironbridge", "Juniper & Co", "Kestrel", "Kingsway", "Lakemont", "Larkspur", "Linden", "Maplewood", "Meridian",
    "Millbrook", "Northgate", "Oakhurst", "Orchard Lane", "Pinecrest", "Quillon", "Redfern", "Ridgeway", "Rosedale",
    "Sandpiper", "Silverton", "Stonebridge", "Summerfield", "Thistle", "Trailhead", "Valley Forge Farms", "Verity",
    "Wayfare", "Westbrook", "Whitfield", "Wildrose", "Winslow", "Yarrow",
)  # fmt: skip
PRIVATE_LABELS = {
    _G: "Everyday Table", _H: "Home Basics", _B: "Simply Well", _A: "Main Thread", _E: "Onward", _T: "Little Acorn",
    _O: "Home Basics",
}  # fmt: skip
VARIANTS = {
    _G: ("Classic", "Original", "Organic", "Family", "Light", "Premium", "Golden", "Country", "Farmhouse", "Zesty",
         "Sweet", "Natural", "Select", "Traditional", "Harvest", "Sea Salt", "Honey", "Smoked"),
    _H: ("Ultra", "Fresh", "Sensitive", "Free & Clear", "Value", "Max", "Lavender", "Citrus", "Everyday", "Strong"),
    _B: ("Gentle", "Daily", "Hydrating", "Extra Strength", "Mint", "Sensitive", "Cool", "Renewal", "Clear", "Total"),
    _A: ("Relaxed", "Slim", "Everyday", "Comfort", "Active", "Essential", "Soft", "Stretch", "Classic", "Cozy"),
    _E: ("Series 3", "Series 5", "Series 7", "Pro", "Mini", "Plus", "Wireless", "Essential", "HD", "Max"),
    _T: ("Adventure", "Starter", "Deluxe", "Junior", "Rainbow", "Explorer", "Creative", "Classic", "Mega", "Party"),
    _O: ("Essential", "Deluxe", "Heavy Duty", "Compact", "Rustic", "Modern", "Classic", "All-Weather", "Soft", "Pro"),
}  # fmt: skip
SUPPLIER_NAMES: tuple[tuple[str, str, str], ...] = (
    ("Heartland Dairy Cooperative", "Madison", "WI"), ("Sunbelt Produce Partners", "Salinas", "CA"),
    ("Prairie Meat Packers", "Dodge City", "KS"), ("Great Lakes Frozen Foods", "Toledo", "OH"),
    ("Continental Grocery Supply", "Memphis", "TN"), ("Bluegrass Beverages", "Louisville", "KY"),
    ("Cascade Paper & Home", "Spokane", "WA"), ("Lone Star Household", "Dallas", "TX"),
    ("Delaware Valley Health", "Wilmington", "DE"), ("Carolina Textile Imports", "Greensboro", "NC"),
    ("Pacific Rim Electronics", "Long Beach", "CA"), ("Rocky Mountain Toys", "Denver", "CO"),
    ("Gulf Coast General", "Mobile", "AL"), ("Empire Home & Garden", "Syracuse", "NY"),
)  # fmt: skip
SUPPLIER_OF_CATEGORY = {
    "Dairy": 1, "Bakery": 5, "Produce": 2, "Meat": 3, "Seafood": 3, "Frozen": 4, "Pantry": 5, "Snacks": 5,
    "Beverages": 6,
    "Paper": 7, "Cleaning": 8, "Pets": 8, "Baby": 8, "Personal Care": 9, "Beauty": 9, "Health": 9, "TV & Audio": 11,
    "Computing": 11, "Accessories": 11, "Gaming": 11, "Toys": 12, "Crafts": 12, "Office": 12, "Kitchen": 14,
    "Bedding": 14,
    "Decor": 14, "Garden": 14, "Auto": 13, "Tools": 13, "Womens": 10, "Mens": 10, "Kids": 10, "Basics": 10, "Shoes": 10,
}  # fmt: skip
